package org.stoq.node;

import java.net.InetSocketAddress;

/** Socket addresses as people type them. */
final class Addresses {
    private Addresses() {}

    /** Returns such as {@code [::1]:4433}. */
    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        String literal = host.equals("0:0:0:0:0:0:0:0") ? "::" : host;
        return "[" + (literal.equals("0:0:0:0:0:0:0:1") ? "::1" : literal) + "]:" + address.getPort();
    }
}
