package org.stoq.cli.tree;

import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** Permission bits as a number, 0 to 0777, and as the set that Java has for them. */
public final class PosixMode {
    /** In the order of the bits, from the highest on. */
    private static final PosixFilePermission[] BITS = PosixFilePermission.values();

    private PosixMode() {}

    /** Returns the bits of a set. */
    public static int of(Set<PosixFilePermission> permissions) {
        int mode = 0;
        for (PosixFilePermission permission : permissions) {
            mode |= 1 << (BITS.length - 1 - permission.ordinal());
        }
        return mode;
    }

    /** Returns the set of the lowest nine bits. */
    public static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission permission : BITS) {
            if ((mode >> (BITS.length - 1 - permission.ordinal()) & 1) != 0) {
                permissions.add(permission);
            }
        }
        return permissions;
    }
}
