package org.stoq.node;

import java.net.InetSocketAddress;

/** Socket addresses as people type them. */
final class Addresses {
    private Addresses() {}

    /** Returns such as {@code [::1]:4433}. */
    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        // Netty gives addresses without a scope the scope 0.
        String bare = host.endsWith("%0") ? host.substring(0, host.length() - 2) : host;
        String literal =
                switch (bare) {
                    case "0:0:0:0:0:0:0:0" -> "::";
                    case "0:0:0:0:0:0:0:1" -> "::1";
                    default -> bare;
                };
        return "[" + literal + "]:" + address.getPort();
    }
}
