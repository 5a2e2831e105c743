package org.stoq.store;

import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.stoq.sdk.Digest;

/** Locks for single chunks, shared by few. Held while a record is written. */
final class DigestLocks {
    private final ReentrantLock[] locks =
            Stream.generate(ReentrantLock::new).limit(1_024).toArray(ReentrantLock[]::new);

    ReentrantLock of(Digest digest) {
        return locks[digest.hashCode() & (locks.length - 1)];
    }
}
