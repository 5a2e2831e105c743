package org.stoq.content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** Bytes from one thread to another, with room for a few of them. */
final class Pipe {
    private static final int ROOM = 1 << 16;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ByteBuffer bytes = ByteBuffer.allocate(ROOM);
    private boolean ended;
    private boolean abandoned;
    private @Nullable IOException failure;

    final WritableByteChannel in =
            new WritableByteChannel() {
                @Override
                public int write(ByteBuffer source) throws IOException {
                    return Pipe.this.write(source);
                }

                @Override
                public boolean isOpen() {
                    return true;
                }

                @Override
                public void close() {
                    end(null);
                }
            };

    final ReadableByteChannel out =
            new ReadableByteChannel() {
                @Override
                public int read(ByteBuffer target) throws IOException {
                    return Pipe.this.read(target);
                }

                @Override
                public boolean isOpen() {
                    return true;
                }

                @Override
                public void close() {
                    abandon();
                }
            };

    void end(@Nullable IOException cause) {
        lock.lock();
        try {
            failure = ended ? failure : cause;
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void abandon() {
        lock.lock();
        try {
            abandoned = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private int write(ByteBuffer source) throws IOException {
        lock.lock();
        try {
            int total = source.remaining();
            while (source.hasRemaining()) {
                while (!bytes.hasRemaining() && !abandoned) {
                    changed.await();
                }
                if (abandoned) {
                    throw new StoqException(StoqErrorCode.CANCELLED, "nobody reads any more");
                }
                int part = Math.min(bytes.remaining(), source.remaining());
                bytes.put(source.slice(source.position(), part));
                source.position(source.position() + part);
                changed.signalAll();
            }
            return total;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    private int read(ByteBuffer target) throws IOException {
        lock.lock();
        try {
            while (bytes.position() == 0) {
                if (failure != null) {
                    throw failure;
                }
                if (ended) {
                    return -1;
                }
                changed.await();
            }
            bytes.flip();
            int part = Math.min(bytes.remaining(), target.remaining());
            target.put(bytes.slice(0, part));
            bytes.position(part);
            bytes.compact();
            changed.signalAll();
            return part;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
        } finally {
            lock.unlock();
        }
    }
}
