package org.stoq.sdk.frame;

/** One frame. The twelve types are all there will be in this version of the protocol. */
public sealed interface Frame
        permits DataFrame,
                HeadersFrame,
                PriorityFrame,
                RstStreamFrame,
                SettingsFrame,
                PushPromiseFrame,
                PingFrame,
                GoAwayFrame,
                WindowUpdateFrame,
                ContinuationFrame,
                ChunkAnnounceFrame,
                RouteUpdateFrame {
    /** Bytes of a frame's header. */
    int HEADER_BYTES = 7;

    /** Most bytes of a frame's payload: what two bytes of length can say. */
    int MAX_PAYLOAD_BYTES = 65_535;

    /** The stream id of a frame that is about the connection. */
    long CONNECTION = 0xFFFF_FFFFL;

    /** Returns the type. */
    FrameType type();

    /**
     * Returns the low 32 bits of the QUIC stream id that the frame is about, or {@link
     * #CONNECTION}.
     */
    default long streamId() {
        return CONNECTION;
    }
}
