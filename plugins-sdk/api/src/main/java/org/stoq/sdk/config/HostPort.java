package org.stoq.sdk.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a node listens or is found: an IPv6 address or a DNS name, and a UDP port.
 *
 * <p>STOQ speaks IPv6 only: IPv4 addresses are refused, in dotted form, as a bare number and mapped
 * into IPv6 alike. Names are not looked up here.
 *
 * @param host an IPv6 address without brackets, or a DNS name in lower case
 * @param port 0 to 65535; 0 lets the system choose, where one listens
 */
public record HostPort(String host, int port) {
    private static final Pattern NAME =
            Pattern.compile(
                    "(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?"
                            + "(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*");
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(.*\\.)?(\\d+|0x[0-9a-f]*)");
    private static final Pattern BRACKETED = Pattern.compile("\\[([^\\[\\]]*)](?::(\\d{1,5}))?");

    /** Checks host and port. */
    public HostPort {
        host = host.toLowerCase(Locale.ROOT);
        if (host.indexOf(':') >= 0) {
            requireIpv6(host);
        } else if (ENDS_IN_NUMBER.matcher(host).matches()) {
            throw new IllegalArgumentException(
                    "'%s' is an IPv4 address; STOQ speaks IPv6 only (write %s)"
                            .formatted(host, ipv6InsteadOf(host, port)));
        } else if (!NAME.matcher(host).matches()) {
            throw new IllegalArgumentException(
                    "'" + host + "' is neither an IPv6 address nor a DNS name");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not from 0 to 65535");
        }
    }

    /**
     * Parses {@code [2001:db8::1]:4433} or {@code edge1.example:4433}.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static HostPort parse(String text) {
        Matcher bracketed = BRACKETED.matcher(text);
        if (bracketed.matches()) {
            String host = bracketed.group(1);
            if (host.indexOf(':') < 0) {
                throw new IllegalArgumentException("'" + host + "' is not an IPv6 address");
            }
            return new HostPort(host, portOf(text, bracketed.group(2)));
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "'%s': an IPv6 address stands in brackets, such as [%s]:4433"
                            .formatted(text, text.startsWith("[") ? "::1" : host));
        }
        return new HostPort(host, portOf(text, colon < 0 ? null : text.substring(colon + 1)));
    }

    /**
     * Returns where a socket is bound or leads to, the address in its shortest form (RFC 5952).
     *
     * @throws IllegalArgumentException if the address is not resolved, or is not IPv6
     */
    public static HostPort of(InetSocketAddress socket) {
        if (!(socket.getAddress() instanceof Inet6Address address)) {
            throw new IllegalArgumentException(socket + " is no IPv6 address");
        }
        return new HostPort(Ipv6Text.of(address), socket.getPort());
    }

    /** Returns whether the host is an address that needs no look-up. */
    public boolean isAddress() {
        return host.indexOf(':') >= 0;
    }

    /**
     * Returns the address where the host is one; a name has none before it is looked up.
     *
     * @throws IllegalArgumentException if the address names an interface that is not here
     */
    public Optional<InetSocketAddress> address() {
        return isAddress()
                ? Optional.of(new InetSocketAddress(InetAddress.ofLiteral(host), port))
                : Optional.empty();
    }

    /** Returns the text that {@link #parse} reads. */
    @Override
    public String toString() {
        return (isAddress() ? "[" + host + "]" : host) + ":" + port;
    }

    private static void requireIpv6(String host) {
        // An interface name after % is this machine's affair, not a matter of form.
        int zone = host.indexOf('%');
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(zone < 0 ? host : host.substring(0, zone));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + host + "' is not an IPv6 address", e);
        }
        if (address instanceof Inet4Address) {
            throw new IllegalArgumentException(
                    "'" + host + "' is an IPv4 address in IPv6 clothes; STOQ speaks IPv6 only");
        }
    }

    private static String ipv6InsteadOf(String host, int port) {
        return (host.startsWith("0")
                        ? "\"[::]:"
                        : host.startsWith("127") ? "\"[::1]:" : "\"[address]:")
                + port
                + "\"";
    }

    private static int portOf(String text, @Nullable String port) {
        if (port == null || !port.matches("\\d{1,5}")) {
            throw new IllegalArgumentException(
                    "'%s' lacks a port; write it as in \"[::1]:4433\" or \"edge1:4433\""
                            .formatted(text));
        }
        return Integer.parseInt(port);
    }
}
