package org.stoq.client;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.HostPort;

/** Finds the IPv6 addresses of a name; STOQ has no others (decision 1). */
public final class Ipv6Name {
    private Ipv6Name() {}

    /**
     * Resolves a name or literal. Blocks.
     *
     * @throws StoqException NOT_FOUND if there is no such name, INVALID_REQUEST if it has IPv4
     *     addresses only
     */
    public static List<InetSocketAddress> resolve(HostPort target) throws StoqException {
        InetAddress[] all;
        try {
            all = InetAddress.getAllByName(target.host());
        } catch (UnknownHostException e) {
            throw new StoqException(
                    StoqErrorCode.NOT_FOUND, "there is no host named " + target.host(), e);
        }
        List<InetSocketAddress> ipv6 =
                Arrays.stream(all)
                        .filter(Inet6Address.class::isInstance)
                        .map(address -> new InetSocketAddress(address, target.port()))
                        .toList();
        if (ipv6.isEmpty()) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    target.host() + " has IPv4 addresses only; STOQ speaks IPv6, as in [::1]:4433");
        }
        return ipv6;
    }
}
