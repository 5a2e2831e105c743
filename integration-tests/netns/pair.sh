#!/usr/bin/env bash
# Two network namespaces with a line between them, and a command in each. IPv6 only. Linux, as root.
set -euo pipefail

readonly SERVER_ADDRESS=fd53:544f:51::1
readonly CLIENT_ADDRESS=fd53:544f:51::2

usage() {
    cat <<END
Usage: pair.sh [OPTIONS] SERVER-COMMAND CLIENT-COMMAND

Runs both commands with bash, each in a network namespace of its own. Ends when the client's command
does, with its exit code; the server's command is ended then.

  --rate RATE     both directions pass at most so much, such as 20mbit (default: no limit)
  --queue SIZE    how much may wait at the bottleneck, such as 64kb (default: 64kb)
  --burst SIZE    how much may pass at once after a pause (default: 32kb)
  --mtu BYTES     the largest IP packet on the line, 1280 to 65535 (default: 1500)
  --help          prints this

Both commands find the addresses of the two ends in
  SERVER_ADDRESS  $SERVER_ADDRESS
  CLIENT_ADDRESS  $CLIENT_ADDRESS

Example:
  pair.sh --rate 20mbit --mtu 1400 'exec iperf3 -s' 'iperf3 -6 -c "\$SERVER_ADDRESS"'
END
}

say() { printf 'pair.sh: %s\n' "$*" >&2; }

die() {
    say "$@"
    exit 2
}

rate='' queue=64kb burst=32kb mtu=1500
while [ $# -gt 0 ]; do
    case $1 in
        --help)
            usage
            exit 0
            ;;
        --rate | --queue | --burst | --mtu)
            [ $# -ge 2 ] || die "$1 needs a value; see --help"
            printf -v "${1#--}" '%s' "$2"
            shift 2
            ;;
        --)
            shift
            break
            ;;
        -*) die "no option $1; see --help" ;;
        *) break ;;
    esac
done
[ $# -eq 2 ] || die "needs two commands, the server's and the client's, and has $#; see --help"
case $mtu in
    '' | *[!0-9]*) die "--mtu must be a number: $mtu" ;;
esac
if [ "$mtu" -lt 1280 ] || [ "$mtu" -gt 65535 ]; then
    die "--mtu must be from 1280 (the least of IPv6, RFC 8200 s.5) to 65535: $mtu"
fi
[ "$(uname -s)" = Linux ] || die "network namespaces are a matter of Linux; this is $(uname -s)"
[ "$(id -u)" -eq 0 ] || die "only root can make network namespaces; run it with sudo"
command -v ip >/dev/null || die "no ip command; install iproute2"
[ -z "$rate" ] || command -v tc >/dev/null || die "no tc command; install iproute2"

# Several pairs may run side by side; a name of an interface has 15 characters at most.
readonly server=stoq-s-$$ client=stoq-c-$$
groups=()

clean_up() {
    # Whole groups, for a command may have started others.
    local group
    for group in ${groups[@]+"${groups[@]}"}; do
        # One that has only just begun has no group yet.
        kill -TERM -- "-$group" 2>/dev/null || kill -TERM "$group" 2>/dev/null || continue
        for _ in $(seq 50); do
            kill -0 -- "-$group" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL -- "-$group" 2>/dev/null || true
        wait "$group" 2>/dev/null || true
    done
    # The line goes with its ends.
    ip netns delete "$server" 2>/dev/null || true
    ip netns delete "$client" 2>/dev/null || true
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

end_of_line() { # namespace, address
    local namespace=$1 address=$2
    ip -n "$namespace" link set dev lo up
    ip -n "$namespace" link set dev line mtu "$mtu" up
    # Nobody else is on the line: the address is good at once.
    ip -n "$namespace" address add "$address/64" dev line nodad
    if [ -n "$rate" ]; then
        tc -n "$namespace" qdisc add dev line root tbf rate "$rate" burst "$burst" limit "$queue"
    fi
}

ip netns add "$server"
ip netns add "$client"
ip link add name line netns "$server" type veth peer name line netns "$client"
end_of_line "$server" "$SERVER_ADDRESS"
end_of_line "$client" "$CLIENT_ADDRESS"

export SERVER_ADDRESS CLIENT_ADDRESS
setsid ip netns exec "$server" bash -c "$1" &
groups+=($!)
# In the background too: a trap has to wait for a command in the foreground.
setsid ip netns exec "$client" bash -c "$2" <&0 &
groups+=($!)
code=0
wait "${groups[1]}" || code=$?
exit "$code"
