package org.stoq.sdk.call;

import java.nio.channels.ReadableByteChannel;
import org.osgi.annotation.versioning.ProviderType;

/** An answer as it arrives. Belongs to one thread. */
@ProviderType
public interface Reply extends AutoCloseable {
    /** Returns the head of the answer, which is a good one. */
    Response response();

    /**
     * Returns the body; reading blocks until bytes arrive, the deadline passes or the peer fails.
     */
    ReadableByteChannel body();

    /** Gives up what was not read: the peer learns CANCELLED. Harmless after the end. */
    @Override
    void close();
}
