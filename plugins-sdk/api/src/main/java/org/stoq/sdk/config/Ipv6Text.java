package org.stoq.sdk.config;

import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;

/** The one text that RFC 5952 s.4 recommends for each IPv6 address. Pure. */
final class Ipv6Text {
    private static final int GROUPS = 8;

    private Ipv6Text() {}

    /** Returns the text, with the scope's number behind a % where there is a scope. */
    static String of(Inet6Address address) {
        ShortBuffer groups = ByteBuffer.wrap(address.getAddress()).asShortBuffer();
        int gap = GROUPS;
        int gapLength = 1;
        for (int from = 0; from < GROUPS; from++) {
            int length = zerosFrom(groups, from);
            // A single group of zeros is written out, and of equal runs the first is left out.
            if (length > gapLength) {
                gap = from;
                gapLength = length;
            }
        }
        String text =
                gap == GROUPS
                        ? join(groups, 0, GROUPS)
                        : join(groups, 0, gap) + "::" + join(groups, gap + gapLength, GROUPS);
        return address.getScopeId() == 0 ? text : text + "%" + address.getScopeId();
    }

    private static int zerosFrom(ShortBuffer groups, int from) {
        int length = 0;
        while (from + length < GROUPS && groups.get(from + length) == 0) {
            length++;
        }
        return length;
    }

    private static String join(ShortBuffer groups, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(i > from ? ":" : "")
                    .append(Integer.toHexString(Short.toUnsignedInt(groups.get(i))));
        }
        return text.toString();
    }
}
