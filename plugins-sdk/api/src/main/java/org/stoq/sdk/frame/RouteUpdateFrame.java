package org.stoq.sdk.frame;

/**
 * ROUTE_UPDATE: a signed list of a node's links, to be read with {@link LinkStateAdvert#verify}.
 *
 * @param hopLimit how many more nodes may pass it on, 0 to 255; not signed, for every node lowers
 *     it
 * @param signed the COSE_Sign1; not copied
 */
public record RouteUpdateFrame(int hopLimit, byte[] signed) implements Frame {
    /** Checks the range. */
    public RouteUpdateFrame {
        if (hopLimit < 0 || hopLimit > 255) {
            throw new IllegalArgumentException("hop limit " + hopLimit);
        }
    }

    @Override
    public FrameType type() {
        return FrameType.ROUTE_UPDATE;
    }
}
