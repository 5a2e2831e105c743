package org.stoq.sdk.frame;

/**
 * CHUNK_ANNOUNCE: a signed list of objects that a node holds, to be read with {@link
 * HaveList#verify}.
 *
 * @param signed the COSE_Sign1; not copied
 */
public record ChunkAnnounceFrame(byte[] signed) implements Frame {
    @Override
    public FrameType type() {
        return FrameType.CHUNK_ANNOUNCE;
    }
}
