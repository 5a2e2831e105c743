package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

class InboxTest {
    private static final int MOST = (2 << 20) + (128 << 10);
    private static final int MUCH = 128 << 10;
    private static final int LITTLE = 4 << 10;
    private final StoqException reset =
            new StoqException(StoqErrorCode.CANCELLED, "the peer reset the stream");

    private final AtomicInteger resumed = new AtomicInteger();
    private final Inbox inbox = new Inbox(resumed::incrementAndGet);
    private final List<ByteBuf> made = new ArrayList<>();

    private ByteBuf buffer(int... bytes) {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length);
        for (int value : bytes) {
            buffer.writeByte(value);
        }
        made.add(buffer);
        return buffer;
    }

    private void add(int length) {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(length).writeZero(length);
        made.add(buffer);
        assertThat(inbox.add(buffer)).isTrue();
    }

    private int read(int length) throws StoqException {
        return inbox.read(ByteBuffer.allocate(length));
    }

    @AfterEach
    void nothingOfThePoolIsLeft() {
        inbox.discard();
        assertThat(made).allMatch(buffer -> buffer.refCnt() == 0);
    }

    @Test
    void aReadTakesWhatFitsAndLeavesTheRestInPlace() throws StoqException {
        inbox.add(buffer(1, 2));
        inbox.add(buffer(3, 4, 5));
        inbox.add(buffer(6));
        ByteBuffer target = ByteBuffer.allocate(4);
        assertThat(inbox.read(target)).isEqualTo(4);
        assertThat(target.array()).containsExactly(1, 2, 3, 4);
        ByteBuffer next = ByteBuffer.allocate(4);
        assertThat(inbox.read(next)).isEqualTo(2);
        assertThat(next.array()).containsExactly(5, 6, 0, 0);
    }

    @Test
    void theEndComesAfterTheLastByte() throws StoqException {
        inbox.add(buffer(1));
        inbox.end();
        assertThat(read(8)).isEqualTo(1);
        assertThat(read(8)).isEqualTo(-1);
        inbox.fail(reset);
        assertThat(read(8)).isEqualTo(-1);
    }

    @Test
    void aFailureComesAfterWhatHasArrivedAndTakesNoMore() throws StoqException {
        inbox.add(buffer(1));
        inbox.fail(reset);
        inbox.fail(new StoqException(StoqErrorCode.INTERNAL, "a later one"));
        ByteBuf late = buffer(2);
        assertThat(inbox.add(late)).isFalse();
        assertThat(late.refCnt()).isZero();
        assertThat(read(8)).isEqualTo(1);
        assertThatThrownBy(() -> read(8))
                .isInstanceOfSatisfying(
                        StoqException.class,
                        e -> assertThat(e.code()).isEqualTo(StoqErrorCode.CANCELLED));
        assertThat(inbox.failure()).isSameAs(reset);
    }

    @Test
    void itPausesWhenItIsFullAndResumesWhenHalfIsGone() throws StoqException {
        add(MOST);
        assertThat(inbox.pauseIfFull()).isFalse();
        add(1);
        assertThat(inbox.pauseIfFull()).isTrue();
        read(MOST / 2 + 1);
        assertThat(resumed).hasValue(0);
        read(1);
        assertThat(resumed).hasValue(1);
        read(1);
        assertThat(resumed).hasValue(1);
    }

    @Test
    void aReaderIsWokenForLittleForTheEndAndForMuch() throws StoqException {
        add(1);
        read(MUCH + 1);
        add(LITTLE);
        assertThat(inbox.wakeIfWorthwhile()).isTrue();
        add(1);
        assertThat(inbox.wakeIfWorthwhile()).isFalse();
        add(MUCH - LITTLE - 2);
        assertThat(inbox.wakeIfWorthwhile()).isFalse();
        add(1);
        assertThat(inbox.wakeIfWorthwhile()).isTrue();
        read(MUCH);
        add(LITTLE + 1);
        inbox.end();
        assertThat(inbox.wakeIfWorthwhile()).isTrue();
    }

    @Test
    void aReaderWhoAsksForLessIsWokenForLess() throws StoqException {
        add(1);
        read(LITTLE + 2);
        add(LITTLE + 1);
        assertThat(inbox.wakeIfWorthwhile()).isFalse();
        add(1);
        assertThat(inbox.wakeIfWorthwhile()).isTrue();
    }

    @Test
    void afterTheEndOfTheStreamNothingPooledIsHeldAndAllCanBeRead() throws StoqException {
        ByteBuf pooled = buffer(1, 2);
        inbox.add(pooled);
        inbox.moveToHeap();
        assertThat(pooled.refCnt()).isZero();
        assertThat(read(1)).isEqualTo(1);
        assertThat(read(8)).isEqualTo(1);
    }

    @Test
    void whatIsDiscardedGoesBackToThePool() {
        ByteBuf pooled = buffer(1, 2);
        inbox.add(pooled);
        inbox.discard();
        assertThat(pooled.refCnt()).isZero();
    }
}
