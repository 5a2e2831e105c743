package org.stoq.testkit.impair;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/**
 * A bad network in front of one UDP server: clients send to {@link #address} instead. The server
 * sees each client under an address (a port) of its own, as behind a NAT.
 *
 * <pre>{@code
 * try (UdpImpairment network = UdpImpairment.inFrontOf(server, 7)) {
 *     network.impair(Direction.TO_CLIENT, Impairment.NONE.withDelay(ofMillis(20)));
 *     client.connect(network.address());
 *     network.partition(true);
 * }
 * }</pre>
 *
 * <p>All clients share one {@link ImpairedLink} per direction, and so its rate limit. Delays are
 * kept to about 0.1 ms while the machine is not busy, and never cut short. What chance decides
 * depends on the seed and on the order in which datagrams arrive, which real sockets do not repeat
 * exactly.
 *
 * <p>One thread does all the work. Thread-safe: a call that changes something has taken effect when
 * it returns. Every call but {@link #close} and {@link #address} throws {@link
 * IllegalStateException} when the network is closed or has failed.
 */
public final class UdpImpairment implements AutoCloseable {
    /** How many clients have an address of their own; one more takes that of the longest silent. */
    public static final int MAX_CLIENTS = 1_024;

    private final UdpImpairmentLoop loop;

    private UdpImpairment(UdpImpairmentLoop loop) {
        this.loop = loop;
    }

    /**
     * Begins to forward between a free port of {@code ::1} and a server. The network is perfect
     * until {@link #impair} is called.
     *
     * @param server an IPv6 address of this machine; {@code ::} stands for {@code ::1}
     * @param seed of all that happens by chance
     * @throws IllegalArgumentException if it is no IPv6 address
     * @throws IOException if there is no socket to be had
     */
    public static UdpImpairment inFrontOf(InetSocketAddress server, long seed) throws IOException {
        return inFrontOf(server, seed, MAX_CLIENTS);
    }

    static UdpImpairment inFrontOf(InetSocketAddress server, long seed, int maxClients)
            throws IOException {
        return new UdpImpairment(UdpImpairmentLoop.start(reachable(server), seed, maxClients));
    }

    private static InetSocketAddress reachable(InetSocketAddress server) {
        if (!(server.getAddress() instanceof Inet6Address address) || server.getPort() == 0) {
            throw new IllegalArgumentException(
                    server + " is no IPv6 address with a port; STOQ speaks IPv6 only");
        }
        return address.isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.ofLiteral("::1"), server.getPort())
                : server;
    }

    /** Returns where clients send to. */
    public InetSocketAddress address() {
        return loop.address();
    }

    /** Changes what happens to datagrams that come in from now on, in both directions. */
    public void impair(Impairment impairment) {
        loop.call(() -> {
            loop.impair(Direction.TO_SERVER, impairment);
            loop.impair(Direction.TO_CLIENT, impairment);
            return true;
        });
    }

    /** Changes what happens to datagrams that come in from now on, in one direction. */
    public void impair(Direction direction, Impairment impairment) {
        loop.call(() -> {
            loop.impair(direction, impairment);
            return true;
        });
    }

    /** Cuts the network, or joins it again. Meanwhile everything vanishes. */
    public void partition(boolean cut) {
        loop.call(() -> {
            loop.partition(Direction.TO_SERVER, cut);
            loop.partition(Direction.TO_CLIENT, cut);
            return true;
        });
    }

    /** Cuts one direction, or joins it again. */
    public void partition(Direction direction, boolean cut) {
        loop.call(() -> {
            loop.partition(direction, cut);
            return true;
        });
    }

    /**
     * Gives every client another port towards the server, as a NAT does that has forgotten them.
     * What the server sends to the old ones is gone.
     *
     * @return the clients with the addresses under which the server sees them now
     */
    public Map<InetSocketAddress, InetSocketAddress> rebind() {
        return loop.call(loop.clients()::rebindAll);
    }

    /**
     * Gives one client another port towards the server.
     *
     * @return its address, as the server sees it now
     * @throws IllegalArgumentException if this client is not known
     */
    public InetSocketAddress rebind(InetSocketAddress client) {
        return loop.call(() -> loop.clients().rebind(client));
    }

    /**
     * Returns the clients that are known, the longest silent first, with the addresses under which
     * the server sees them.
     */
    public Map<InetSocketAddress, InetSocketAddress> clients() {
        return loop.call(loop.clients()::addresses);
    }

    /**
     * Sends what leaves the network from now on to another server, and takes answers from that one
     * only. Clients notice nothing, and keep the addresses under which they are seen.
     *
     * @param server an IPv6 address of this machine; {@code ::} stands for {@code ::1}
     * @throws IllegalArgumentException if it is no IPv6 address
     */
    public void moveTo(InetSocketAddress server) {
        InetSocketAddress target = reachable(server);
        loop.call(() -> {
            loop.moveTo(target);
            return true;
        });
    }

    /** Sets who looks at everything that comes in, instead of who did before. */
    public void tap(Tap tap) {
        loop.call(() -> {
            loop.tap(tap);
            return true;
        });
    }

    /**
     * Sends a datagram out at once, past the impairments and the tap: something recorded, or
     * forged.
     *
     * @param direction to the server it comes from the address under which the server sees this
     *     client, to the client from {@link #address}
     * @param client whom it is from or for; for one that is not known a new address is taken, so
     *     that the server sees a stranger
     * @param datagram is not kept
     * @return whether the system took it
     * @throws IllegalArgumentException if it has more than {@value Impairment#MAX_MTU_BYTES} bytes
     */
    public boolean inject(Direction direction, InetSocketAddress client, byte[] datagram) {
        return loop.call(() -> loop.inject(direction, client, datagram));
    }

    /** Returns what has happened to the datagrams of one direction. */
    public LinkCounts counts(Direction direction) {
        return loop.call(() -> loop.counts(direction));
    }

    /** Returns what has happened at the sockets. */
    public SocketCounts socketCounts() {
        return loop.call(loop::socketCounts);
    }

    /**
     * What happened outside of the links.
     *
     * @param injected were sent by {@link #inject}
     * @param unsent were refused by the system, or belonged to a client that is forgotten
     * @param strangers came to the address of a client from somebody who is not the server
     * @param forgottenClients lost their address because there were more than {@link #MAX_CLIENTS}
     */
    public record SocketCounts(long injected, long unsent, long strangers, long forgottenClients) {}

    /**
     * Closes all sockets and ends the thread; what is under way is gone. A second call does
     * nothing.
     *
     * @throws IllegalStateException if the network failed before, for instance because a tap threw
     */
    @Override
    public void close() {
        loop.close();
    }
}
