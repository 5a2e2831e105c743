package org.stoq.transport;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The buffers of one connection, of which there are only so many once it closes.
 *
 * <p>If a probe of the handshake is due at the moment at which a connection is closed with an
 * application's code, quiche makes packets without end: acknowledgements are allowed then, and the
 * PING that would settle the probe is not. The codec asks for the next packet until there is none.
 * To have no buffer for it is what ends this, and with it the connection.
 *
 * <p>Belongs to the connection's event loop.
 */
final class LastPackets extends AbstractByteBufAllocator {
    /** More than any congestion window lets out at once, and little enough to pass unnoticed. */
    static final int MAX_PACKETS = 16_384;

    private final ByteBufAllocator pool;
    private int left = Integer.MAX_VALUE;

    LastPackets(ByteBufAllocator pool) {
        super(true);
        this.pool = pool;
    }

    /** From now on there are {@value #MAX_PACKETS} buffers. */
    void begin() {
        left = MAX_PACKETS;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return pool.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        if (left == 0) {
            throw new IllegalStateException("the engine sends without end while it closes");
        }
        if (left < Integer.MAX_VALUE) {
            left--;
        }
        return pool.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return pool.isDirectBufferPooled();
    }
}
