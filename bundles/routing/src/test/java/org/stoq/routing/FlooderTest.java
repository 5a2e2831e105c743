package org.stoq.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.RouteUpdateFrame;

@Timeout(30)
class FlooderTest {
    private final Flooder flooder = new Flooder();

    @AfterEach
    void close() {
        flooder.close();
    }

    @Test
    void sendsInOrder() throws InterruptedException {
        Mailbox peer = new Mailbox(1);
        for (int i = 0; i < 10; i++) {
            flooder.send(peer, id(i), frame(i));
        }
        assertThat(peer.take(10)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void aSlowPeerHoldsUpNobodyAndSkipsWhatHasBecomeOld() throws InterruptedException {
        Mailbox slow = new Mailbox(1);
        Mailbox fast = new Mailbox(2);
        slow.block();
        flooder.send(slow, id(0), frame(0));
        slow.entered.await();
        for (int i = 1; i <= 100; i++) {
            flooder.send(slow, id(7), frame(i));
        }
        flooder.send(slow, id(8), frame(200));
        flooder.send(fast, id(7), frame(50));
        assertThat(fast.take(1)).containsExactly(50);
        slow.unblock();
        assertThat(slow.take(3)).containsExactly(0, 100, 200);
    }

    @Test
    void aPeerThatFailsGetsNoMoreOfWhatWaited() throws InterruptedException {
        Mailbox peer = new Mailbox(1);
        peer.block();
        flooder.send(peer, id(0), frame(0));
        peer.entered.await();
        flooder.send(peer, id(1), frame(1));
        peer.broken = true;
        peer.unblock();
        peer.failed.await();
        assertThat(peer.sender.join(Duration.ofSeconds(20))).isTrue();
        peer.broken = false;
        flooder.send(peer, id(2), frame(2));
        assertThat(peer.take(1)).containsExactly(2);
    }

    @Test
    void closingEndsASenderThatWaits() throws InterruptedException {
        Mailbox peer = new Mailbox(1);
        peer.block();
        flooder.send(peer, id(0), frame(0));
        peer.entered.await();
        flooder.close();
        peer.interrupted.await();
        assertThat(peer.sender.join(Duration.ofSeconds(20))).isTrue();
        flooder.send(peer, id(1), frame(1));
        assertThat(peer.received).isEmpty();
    }

    @Test
    void forgettingAPeerEndsItsSenderOnly() throws InterruptedException {
        Mailbox gone = new Mailbox(1);
        Mailbox here = new Mailbox(2);
        gone.block();
        flooder.send(gone, id(0), frame(0));
        gone.entered.await();
        flooder.forget(gone);
        gone.interrupted.await();
        flooder.send(here, id(0), frame(0));
        assertThat(here.take(1)).containsExactly(0);
    }

    private static NodeId id(int number) {
        return TestNodes.id(number);
    }

    private static RouteUpdateFrame frame(int number) {
        return new RouteUpdateFrame(0, new byte[] {(byte) number});
    }

    /** A peer that keeps what it is sent. */
    private static final class Mailbox extends StubPeer {
        private final BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch failed = new CountDownLatch(1);
        private final CountDownLatch interrupted = new CountDownLatch(1);
        private volatile CountDownLatch gate = new CountDownLatch(0);
        private volatile boolean broken;
        private volatile Thread sender = Thread.currentThread();

        Mailbox(int number) {
            super(TestNodes.id(number));
        }

        void block() {
            gate = new CountDownLatch(1);
        }

        void unblock() {
            gate.countDown();
        }

        List<Integer> take(int count) throws InterruptedException {
            List<Integer> taken = new ArrayList<>();
            while (taken.size() < count) {
                Integer next = received.poll(20, TimeUnit.SECONDS);
                if (next == null) {
                    throw new AssertionError("only " + taken + " came");
                }
                taken.add(next);
            }
            return taken;
        }

        @Override
        public void send(Frame frame) throws IOException {
            sender = Thread.currentThread();
            entered.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
            }
            if (broken) {
                failed.countDown();
                throw new StoqException(StoqErrorCode.CONNECTION_LOST, "broken");
            }
            received.add(((RouteUpdateFrame) frame).signed()[0] & 0xFF);
        }
    }
}
