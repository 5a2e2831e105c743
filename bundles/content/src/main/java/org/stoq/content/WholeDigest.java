package org.stoq.content;

import java.security.MessageDigest;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * The digest of a whole object, computed beside the work on its chunks: each byte is digested
 * twice, and this takes one of the two off the thread that publishes.
 *
 * <p>Belongs to one thread; one helping thread is busy at most.
 */
final class WholeDigest {
    /** Fewer bytes are digested sooner than a thread is started. */
    private static final int WORTH_A_THREAD_BYTES = 128 << 10;

    private final TaskGroup tasks;
    private final MessageDigest sha256 = Digest.sha256();
    private @Nullable FutureTask<Boolean> running;

    WholeDigest(TaskGroup tasks) {
        this.tasks = tasks;
    }

    /** Adds bytes, which must stay as they are until the next call returns. */
    void add(byte[] bytes, int from, int length) throws StoqException {
        await();
        if (length < WORTH_A_THREAD_BYTES) {
            sha256.update(bytes, from, length);
            return;
        }
        FutureTask<Boolean> task =
                new FutureTask<>(() -> sha256.update(bytes, from, length), Boolean.TRUE);
        tasks.start("stoq-digest", task);
        running = task;
    }

    /** Waits until no thread reads the bytes any more. */
    void await() throws StoqException {
        FutureTask<Boolean> task = running;
        if (task == null) {
            return;
        }
        try {
            task.get();
            running = null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "the publishing was given up", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a digest failed", e.getCause());
        }
    }

    /** Returns the digest of everything that was added. */
    Digest finish() throws StoqException {
        await();
        return Digest.copyOf(sha256.digest());
    }
}
