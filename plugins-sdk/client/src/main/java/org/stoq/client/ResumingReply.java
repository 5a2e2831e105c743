package org.stoq.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Response;

/**
 * An answer whose body goes on where it broke off when a connection is lost. Belongs to one thread.
 *
 * <p>Only for content that is named by its digest: the rest of another version would not fit.
 */
final class ResumingReply implements Reply {
    /** Asks for the rest of the body. */
    @FunctionalInterface
    interface Rest {
        /**
         * Asks.
         *
         * @param offset how many bytes of the body have come
         * @param length how many are missing
         */
        Reply after(long offset, long length) throws IOException;
    }

    private final Response response;
    private final long length;
    private final int maxFailures;
    private final Rest rest;
    private final Body body = new Body();
    private Reply current;
    private long received;
    private int failures;

    /**
     * Wraps the first answer.
     *
     * @param length of the whole body
     * @param maxFailures how often it may break off without a byte in between
     */
    ResumingReply(Reply first, long length, int maxFailures, Rest rest) {
        this.response = first.response();
        this.current = first;
        this.length = length;
        this.maxFailures = maxFailures;
        this.rest = rest;
    }

    @Override
    public Response response() {
        return response;
    }

    @Override
    public ReadableByteChannel body() {
        return body;
    }

    @Override
    public void close() {
        current.close();
    }

    private static boolean isLost(StoqErrorCode code) {
        return switch (code) {
            case CONNECTION_LOST, UNAVAILABLE, GOING_AWAY, NO_ERROR -> true;
            default -> false;
        };
    }

    /** The body, whichever answers it comes from. */
    private final class Body implements ReadableByteChannel {
        @Override
        public int read(ByteBuffer target) throws IOException {
            while (true) {
                try {
                    int read = current.body().read(target);
                    if (read > 0) {
                        received += read;
                        failures = 0;
                    }
                    return read;
                } catch (StoqException e) {
                    current.close();
                    if (!isLost(e.code()) || received >= length || ++failures > maxFailures) {
                        throw e;
                    }
                    resume();
                }
            }
        }

        private void resume() throws IOException {
            long missing = length - received;
            current = rest.after(received, missing);
            if (current.response().bodyLength().orElse(missing) != missing) {
                current.close();
                throw new StoqException(
                        StoqErrorCode.INTEGRITY,
                        "a rest of %d bytes where %d are missing"
                                .formatted(
                                        current.response().bodyLength().orElse(missing), missing));
            }
        }

        @Override
        public boolean isOpen() {
            return current.body().isOpen();
        }

        /** Does nothing: the reply ends its stream. */
        @Override
        public void close() {}
    }
}
