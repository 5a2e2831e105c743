package org.stoq.testkit.impair;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.stoq.testkit.impair.ImpairedLink.Delivery;
import org.stoq.testkit.impair.NatTable.Client;
import org.stoq.testkit.impair.UdpImpairment.SocketCounts;

/**
 * The sockets of a {@link UdpImpairment} and the thread that owns them. Everything but {@link
 * #call}, {@link #address} and {@link #close} runs on that thread, so that nothing needs a lock.
 */
final class UdpImpairmentLoop {
    /** The longest pause in which nothing is read, when something is due within a millisecond. */
    static final int NAP_MICROS = 100;

    private static final long NAP_NANOS = NAP_MICROS * 1_000L;
    private static final long MILLI_NANOS = 1_000_000;

    /** How many datagrams one socket may hand in before those that are due have their turn. */
    private static final int READS_PER_TURN = 64;

    private final Selector selector;
    private final DatagramChannel front;
    private final InetSocketAddress address;
    private final NatTable clients;
    private final Map<Direction, ImpairedLink<Client>> links = new EnumMap<>(Direction.class);
    private final ByteBuffer in = ByteBuffer.allocateDirect(Impairment.MAX_MTU_BYTES);
    private final ByteBuffer out = ByteBuffer.allocateDirect(Impairment.MAX_MTU_BYTES);
    private final Thread thread;

    private final Mailbox calls = new Mailbox();

    /** Set by whoever closes; volatile, for the loop reads it. */
    private volatile boolean closing;

    private InetSocketAddress server;
    private Tap tap = Tap.NONE;
    private long injected;
    private long unsent;
    private long strangers;

    private UdpImpairmentLoop(
            Selector selector,
            DatagramChannel front,
            InetSocketAddress server,
            long seed,
            int maxClients)
            throws IOException {
        this.selector = selector;
        this.front = front;
        this.address = (InetSocketAddress) front.getLocalAddress();
        this.server = server;
        this.clients = new NatTable(selector, maxClients);
        SplittableRandom seeds = new SplittableRandom(seed);
        for (Direction direction : Direction.values()) {
            links.put(direction, new ImpairedLink<>(seeds.nextLong(), Impairment.NONE));
        }
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("stoq-impairment-" + address.getPort())
                        .unstarted(this::run);
    }

    /** Opens the front and starts the thread. */
    static UdpImpairmentLoop start(InetSocketAddress server, long seed, int maxClients)
            throws IOException {
        Selector selector = Selector.open();
        try {
            DatagramChannel front = NatTable.open();
            try {
                front.register(selector, SelectionKey.OP_READ);
                UdpImpairmentLoop loop =
                        new UdpImpairmentLoop(selector, front, server, seed, maxClients);
                loop.thread.start();
                return loop;
            } catch (IOException | RuntimeException e) {
                front.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            selector.close();
            throw e;
        }
    }

    InetSocketAddress address() {
        return address;
    }

    /**
     * Has something done on the thread, and waits for it.
     *
     * @throws IllegalStateException if the thread has ended, or ends before it comes to this
     */
    <T> T call(Callable<T> what) {
        return calls.call(what, thread, selector::wakeup);
    }

    void close() {
        closing = true;
        selector.wakeup();
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable reason = calls.takeFailure();
        if (reason != null) {
            throw new IllegalStateException("the impairment network has failed", reason);
        }
    }

    private void run() {
        Throwable failure = null;
        try {
            while (!closing) {
                await();
                calls.runAll();
                deliver(Direction.TO_SERVER);
                deliver(Direction.TO_CLIENT);
            }
        } catch (Throwable e) { // The edge of the thread: close() tells it, a tap's assertion too.
            failure = e;
        }
        try {
            front.close();
            clients.close();
            selector.close();
        } catch (IOException e) {
            failure = failure == null ? e : failure;
        } finally {
            calls.end(failure);
        }
    }

    /** Waits until something is due, has arrived or is asked for, and reads what has arrived. */
    private void await() throws IOException {
        long nextNanos =
                Math.min(
                        links(Direction.TO_SERVER).nextDueNanos(),
                        links(Direction.TO_CLIENT).nextDueNanos());
        if (nextNanos == Long.MAX_VALUE) {
            selector.select(this::read);
            return;
        }
        long waitNanos = nextNanos - System.nanoTime();
        if (waitNanos >= MILLI_NANOS) {
            selector.select(this::read, waitNanos / MILLI_NANOS);
            return;
        }
        if (waitNanos > 0) {
            // A selector knows milliseconds only.
            LockSupport.parkNanos(Math.min(waitNanos, NAP_NANOS));
        }
        selector.selectNow(this::read);
    }

    private void read(SelectionKey key) {
        try {
            if (key.attachment() instanceof Client client) {
                readFromServer(client);
            } else {
                readFromClients();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readFromClients() throws IOException {
        for (int reads = 0; reads < READS_PER_TURN; reads++) {
            in.clear();
            if (!(front.receive(in) instanceof InetSocketAddress source)) {
                return;
            }
            enter(Direction.TO_SERVER, clients.client(source));
        }
    }

    private void readFromServer(Client client) throws IOException {
        if (!client.upstream().isOpen()) {
            // Forgotten in this same turn.
            return;
        }
        for (int reads = 0; reads < READS_PER_TURN; reads++) {
            in.clear();
            if (!(client.upstream().receive(in) instanceof InetSocketAddress source)) {
                return;
            }
            if (source.equals(server)) {
                enter(Direction.TO_CLIENT, client);
            } else {
                strangers++;
            }
        }
    }

    private void enter(Direction direction, Client client) {
        byte[] bytes = new byte[in.flip().remaining()];
        in.get(bytes);
        if (!tap.equals(Tap.NONE)) {
            long seenNanos = System.nanoTime();
            tap.seen(new Tap.Seen(direction, client.address(), seenNanos, bytes.clone()));
        }
        // After the tap, which may have changed the link.
        links(direction).offer(System.nanoTime(), client, bytes);
    }

    private void deliver(Direction direction) {
        ImpairedLink<Client> link = links(direction);
        // One time for all of them: reading must have its turn too.
        long nowNanos = System.nanoTime();
        Optional<Delivery<Client>> next = link.poll(nowNanos);
        while (next.isPresent()) {
            send(direction, next.get().address(), next.get().bytes());
            next = link.poll(nowNanos);
        }
    }

    private boolean send(Direction direction, Client client, byte[] bytes) {
        return direction == Direction.TO_CLIENT
                ? send(front, client.address(), bytes)
                : send(client.upstream(), server, bytes);
    }

    private boolean send(DatagramChannel channel, InetSocketAddress target, byte[] bytes) {
        boolean sent = false;
        if (channel.isOpen()) {
            try {
                int sentBytes = channel.send(out.clear().put(bytes).flip(), target);
                sent = sentBytes == bytes.length;
            } catch (IOException e) {
                // No route, no buffer, a firewall: a loss, on a network. It is counted below.
                sent = false;
            }
        }
        if (!sent) {
            unsent++;
        }
        return sent;
    }

    private ImpairedLink<Client> links(Direction direction) {
        ImpairedLink<Client> link = links.get(direction);
        if (link == null) {
            throw new IllegalStateException("no link " + direction);
        }
        return link;
    }

    void impair(Direction direction, Impairment impairment) {
        links(direction).impair(System.nanoTime(), impairment);
    }

    void partition(Direction direction, boolean cut) {
        links(direction).partition(System.nanoTime(), cut);
    }

    /** Returns the clients; theirs is the thread too. */
    NatTable clients() {
        return clients;
    }

    void moveTo(InetSocketAddress another) {
        server = another;
    }

    void tap(Tap another) {
        tap = another;
    }

    boolean inject(Direction direction, InetSocketAddress client, byte[] datagram)
            throws IOException {
        if (datagram.length > Impairment.MAX_MTU_BYTES) {
            throw new IllegalArgumentException("no datagram has so many bytes: " + datagram.length);
        }
        injected++;
        return direction == Direction.TO_CLIENT
                ? send(front, client, datagram)
                : send(direction, clients.client(client), datagram);
    }

    LinkCounts counts(Direction direction) {
        return links(direction).counts();
    }

    SocketCounts socketCounts() {
        return new SocketCounts(injected, unsent, strangers, clients.forgotten());
    }
}
