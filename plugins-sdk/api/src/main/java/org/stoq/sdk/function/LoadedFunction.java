package org.stoq.sdk.function;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/** A compiled function that answers requests. Any thread, several at once. */
@ConsumerType
public interface LoadedFunction extends AutoCloseable {
    /**
     * Answers one request. Blocks until the response's head is there; an interrupt ends the
     * function.
     *
     * @throws org.stoq.sdk.StoqException INTERNAL with the function's own error, TOO_LARGE or
     *     DEADLINE_EXCEEDED past a limit
     */
    FunctionResponse handle(FunctionRequest request) throws IOException;

    /** Waits for requests under way, then frees everything that the function holds. */
    @Override
    void close();
}
