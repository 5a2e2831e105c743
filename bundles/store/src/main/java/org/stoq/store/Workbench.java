package org.stoq.store;

import java.security.GeneralSecurityException;
import java.util.concurrent.ArrayBlockingQueue;
import javax.crypto.Cipher;

/**
 * A cipher and a buffer for one record at a time: both are dear to make. Used by one thread at a
 * time, which takes it from the {@link Shelf} and puts it back.
 */
final class Workbench {
    private static final int KEPT_BYTES = 2 << 20;

    final Cipher cipher;
    byte[] buffer = new byte[128 << 10];

    private Workbench() {
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no AES-GCM in this Java", e);
        }
    }

    /** Returns the buffer, long enough; its content is lost if it has to grow. */
    byte[] buffer(int length) {
        if (buffer.length < length) {
            buffer = new byte[Math.max(length, Math.min(2 * buffer.length, KEPT_BYTES))];
        }
        return buffer;
    }

    /** Where workbenches wait. Any thread, never blocks. */
    static final class Shelf {
        private final ArrayBlockingQueue<Workbench> idle =
                new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());

        Workbench take() {
            Workbench bench = idle.poll();
            return bench != null ? bench : new Workbench();
        }

        void putBack(Workbench bench) {
            // A rare large record does not make the shelf large for good; a full shelf lets go.
            if (bench.buffer.length > KEPT_BYTES || !idle.offer(bench)) {
                bench.buffer = new byte[0];
            }
        }
    }
}
