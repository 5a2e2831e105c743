package org.stoq.testkit.impair;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Clients, each with the socket through which the server sees it. The selector's keys of these
 * sockets carry the client. Not thread-safe.
 */
final class NatTable {
    /** The system caps it; the more, the longer a burst that is not lost outside of the links. */
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    private final Selector selector;
    private final int maxClients;

    /** The longest silent first. */
    private final LinkedHashMap<InetSocketAddress, Client> clients =
            new LinkedHashMap<>(16, 0.75f, true);

    private long forgotten;

    /** Somebody who sends to the front. */
    static final class Client {
        private final InetSocketAddress address;
        private DatagramChannel upstream;

        private Client(InetSocketAddress address, DatagramChannel upstream) {
            this.address = address;
            this.upstream = upstream;
        }

        InetSocketAddress address() {
            return address;
        }

        /** Returns the socket through which the server sees it; closed once it is forgotten. */
        DatagramChannel upstream() {
            return upstream;
        }

        private InetSocketAddress seenAs() throws IOException {
            return (InetSocketAddress) upstream.getLocalAddress();
        }
    }

    NatTable(Selector selector, int maxClients) {
        this.selector = selector;
        this.maxClients = maxClients;
    }

    /** Opens a socket on a free port of the loopback address, which does not block. */
    static DatagramChannel open() throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET6);
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
            channel.bind(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Returns the client with this address, which is not silent now; a new one if need be. */
    Client client(InetSocketAddress address) throws IOException {
        Client known = clients.get(address);
        if (known != null) {
            return known;
        }
        Client client = new Client(address, open());
        clients.put(address, client);
        client.upstream.register(selector, SelectionKey.OP_READ, client);
        if (clients.size() > maxClients) {
            Iterator<Client> silent = clients.values().iterator();
            silent.next().upstream.close();
            silent.remove();
            forgotten++;
        }
        return client;
    }

    Map<InetSocketAddress, InetSocketAddress> rebindAll() throws IOException {
        for (Client client : clients.values()) {
            rebind(client);
        }
        return addresses();
    }

    InetSocketAddress rebind(InetSocketAddress address) throws IOException {
        Client client = clients.get(address);
        if (client == null) {
            throw new IllegalArgumentException("no client " + address);
        }
        rebind(client);
        return client.seenAs();
    }

    private void rebind(Client client) throws IOException {
        DatagramChannel another = open();
        another.register(selector, SelectionKey.OP_READ, client);
        // Closed after the new one is bound, so that it cannot get the same port.
        client.upstream.close();
        client.upstream = another;
    }

    /** Returns the clients, and as whom the server sees them. */
    Map<InetSocketAddress, InetSocketAddress> addresses() throws IOException {
        Map<InetSocketAddress, InetSocketAddress> addresses = new LinkedHashMap<>();
        for (Client client : clients.values()) {
            addresses.put(client.address, client.seenAs());
        }
        return Collections.unmodifiableMap(addresses);
    }

    /** Returns how many clients have lost their place to another one. */
    long forgotten() {
        return forgotten;
    }

    void close() throws IOException {
        for (Client client : clients.values()) {
            client.upstream.close();
        }
    }
}
