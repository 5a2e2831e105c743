package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * The body of an answer with an object that may be purged meanwhile: no piece is written after
 * that. Belongs to one thread.
 */
final class UnpurgedBody implements WritableByteChannel {
    private final WritableByteChannel target;
    private final Manifest manifest;
    private final PurgeLedger ledger;
    private long seen;

    /**
     * Creates a body.
     *
     * @param seen the ledger's count of changes before the object was found not to be void
     */
    UnpurgedBody(WritableByteChannel target, Manifest manifest, PurgeLedger ledger, long seen) {
        this.target = target;
        this.manifest = manifest;
        this.ledger = ledger;
        this.seen = seen;
    }

    /**
     * Writes a piece.
     *
     * @throws StoqException NOT_FOUND if the object was purged
     */
    @Override
    public int write(ByteBuffer source) throws IOException {
        long now = ledger.changes();
        if (now != seen) {
            if (ledger.isVoid(manifest)) {
                throw new StoqException(
                        StoqErrorCode.NOT_FOUND,
                        "'%s' was purged while it was read".formatted(manifest.name()));
            }
            seen = now;
        }
        return target.write(source);
    }

    @Override
    public boolean isOpen() {
        return target.isOpen();
    }

    @Override
    public void close() throws IOException {
        target.close();
    }
}
