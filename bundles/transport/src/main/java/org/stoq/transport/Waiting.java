package org.stoq.transport;

import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Waits for what an event loop does. A future of Netty waits on a monitor, and to wake a virtual
 * thread from there costs the event loop a detour over two other threads.
 */
final class Waiting {
    private Waiting() {}

    /**
     * Returns what comes of a future. Blocks; not for event loops.
     *
     * @throws ExecutionException with the reason if it fails
     */
    static <T> T on(Future<T> future) throws InterruptedException, ExecutionException {
        CompletableFuture<T> done = new CompletableFuture<>();
        future.addListener(completed -> {
            if (future.isSuccess()) {
                done.complete(future.getNow());
            } else {
                done.completeExceptionally(future.cause());
            }
        });
        return done.get();
    }
}
