package org.stoq.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of one port, one for each event loop, and what keeps a connection on its loop: a
 * packet that arrived on another socket is handed over, by the number in its connection id.
 *
 * <p>The kernel is asked to sort packets in the same way ({@link Steering}), so few are handed
 * over: those of a kernel that does not, and connections that share a client's socket.
 */
final class Shards {
    /** How many packets may wait for a loop that is busy; the rest is lost as in any queue. */
    static final int INBOX = 4_096;

    private final List<Entry> entries;
    private final LongAdder handedOver = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder implausible = new LongAdder();

    Shards(int count) {
        List<Entry> made = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            made.add(new Entry(index));
        }
        this.entries = List.copyOf(made);
    }

    int count() {
        return entries.size();
    }

    /** Returns the handler that stands before the codec of one shard. */
    Entry entry(int index) {
        return entries.get(index);
    }

    /** Returns how many packets came to a loop that was not theirs. */
    long handedOver() {
        return handedOver.sum();
    }

    /** Returns how many packets found the queue to their loop full. */
    long lost() {
        return lost.sum();
    }

    /** Returns how many packets were not worth parsing. */
    long implausible() {
        return implausible.sum();
    }

    /** Stands before the codec of one shard, on the event loop of that shard. */
    final class Entry extends ChannelInboundHandlerAdapter {
        private final int index;
        private final BlockingQueue<DatagramPacket> inbox = new ArrayBlockingQueue<>(INBOX);
        private final AtomicBoolean woken = new AtomicBoolean();

        /** Null while there is no socket. Written by the own loop, read by the others. */
        private volatile @Nullable ChannelHandlerContext context;

        private Entry(int index) {
            this.index = index;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            context = added;
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext removed) {
            context = null;
            releaseAll();
        }

        @Override
        public void channelRead(ChannelHandlerContext own, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            if (!PacketHeader.isPlausible(packet.content())) {
                implausible.increment();
                packet.release();
                return;
            }
            int shard = PacketHeader.shard(packet.content());
            if (shard == index || shard == PacketHeader.ANY_SHARD || shard >= entries.size()) {
                own.fireChannelRead(packet);
            } else {
                entries.get(shard).handOver(packet);
            }
        }

        /** Called by the loops of other shards. */
        private void handOver(DatagramPacket packet) {
            handedOver.increment();
            if (!inbox.offer(packet)) {
                lost.increment();
                packet.release();
                return;
            }
            ChannelHandlerContext target = context;
            if (target == null) {
                releaseAll();
            } else if (woken.compareAndSet(false, true)) {
                target.executor().execute(this::deliver);
            }
        }

        private void deliver() {
            woken.set(false);
            ChannelHandlerContext own = context;
            if (own == null) {
                releaseAll();
                return;
            }
            for (DatagramPacket next = inbox.poll(); next != null; next = inbox.poll()) {
                own.fireChannelRead(next);
            }
            own.fireChannelReadComplete();
        }

        private void releaseAll() {
            for (DatagramPacket next = inbox.poll(); next != null; next = inbox.poll()) {
                next.release();
            }
        }
    }
}
