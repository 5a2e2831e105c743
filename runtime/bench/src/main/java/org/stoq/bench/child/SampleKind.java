package org.stoq.bench.child;

import java.util.List;
import java.util.Locale;

/**
 * What a sampled thread was doing, told from its stack. Samples inside native code count for the
 * Java method that has called it: packet bookkeeping and encryption inside quiche are not told
 * apart.
 */
enum SampleKind {
    /** quiche, behind its native methods: packets, recovery, flow control, and encryption. */
    QUICHE,
    /** Sockets and epoll. */
    SYSCALLS,
    /** Moving bytes from one buffer to another. */
    COPIES,
    /** TLS of the JDK. */
    CRYPTO,
    /** Locks, wake-ups, the scheduling of virtual threads. */
    HANDOVER,
    /** Netty's own code, buffers and event loops. */
    NETTY,
    /** The code of STOQ. */
    STOQ,
    /** The benchmark: comparing what has come, and making what is sent. */
    BENCH,
    /** All else. */
    OTHER;

    /** Returns the word for it in reports. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns what a thread with this stack was doing.
     *
     * @param stack names of class and method, the innermost first
     */
    static SampleKind of(List<String> stack) {
        boolean waiting = false;
        for (String frame : stack) {
            if (isQuiche(frame)) {
                return QUICHE;
            }
            if (isSystemCall(frame)) {
                return SYSCALLS;
            }
            if (isCopy(frame)) {
                return COPIES;
            }
            if (frame.startsWith("sun.security.") || frame.startsWith("com.sun.crypto.")) {
                return CRYPTO;
            }
            if (isHandover(frame)) {
                waiting = true;
            } else if (frame.startsWith("org.stoq.bench.")) {
                return waiting ? HANDOVER : BENCH;
            } else if (frame.startsWith("org.stoq.")) {
                return waiting ? HANDOVER : STOQ;
            } else if (frame.startsWith("io.netty.")) {
                return waiting ? HANDOVER : NETTY;
            }
        }
        return waiting ? HANDOVER : OTHER;
    }

    /** Returns the innermost method that is not Java's own, or the innermost one. */
    static String place(List<String> stack) {
        String place =
                stack.stream()
                        .filter(frame ->
                                frame.startsWith("io.netty.") || frame.startsWith("org.stoq."))
                        .findFirst()
                        .orElse(stack.isEmpty() ? "?" : stack.getFirst());
        return place.replace("io.netty.", "").replace("handler.codec.quic.", "");
    }

    private static boolean isQuiche(String frame) {
        return frame.startsWith("io.netty.handler.codec.quic.Quiche.")
                || frame.startsWith("io.netty.handler.codec.quic.BoringSSL.");
    }

    private static boolean isSystemCall(String frame) {
        return frame.startsWith("io.netty.channel.epoll.Native.")
                || frame.startsWith("io.netty.channel.unix.Socket.")
                || frame.startsWith("io.netty.channel.epoll.LinuxSocket.")
                || frame.startsWith("io.netty.channel.unix.FileDescriptor.")
                || frame.startsWith("sun.nio.ch.Net.")
                || frame.startsWith("sun.nio.ch.SocketDispatcher.")
                || frame.startsWith("sun.nio.ch.UnixDispatcher.")
                || frame.startsWith("sun.nio.ch.EPoll.");
    }

    private static boolean isCopy(String frame) {
        String method = frame.substring(frame.lastIndexOf('.') + 1);
        return frame.equals("java.lang.System.arraycopy")
                || method.startsWith("copyMemory")
                || method.startsWith("copySwapMemory");
    }

    private static boolean isHandover(String frame) {
        return frame.startsWith("java.util.concurrent.")
                || frame.startsWith("java.lang.VirtualThread")
                || frame.startsWith("java.lang.ThreadBuilders$BoundVirtualThread")
                || frame.startsWith("jdk.internal.vm.Continuation")
                || frame.endsWith("Unsafe.park")
                || frame.endsWith("Unsafe.unpark");
    }
}
