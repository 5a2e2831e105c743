package org.stoq.transport;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the codec of a server's socket and holds back what a stranger must not get: more
 * than three times the bytes that came for a connection (RFC 9000 s.8.1), until its handshake has
 * shown that they really come from that address.
 *
 * <p>quiche keeps this limit for its packets, but not for the padding behind them, which is most of
 * a probe: one datagram that nobody follows up would get almost six times its bytes. What is held
 * back is lost to quiche like any packet, and sent again when the client has sent more.
 *
 * <p>Belongs to the socket's event loop.
 */
final class AmplificationLimit extends ChannelDuplexHandler {
    static final int FACTOR = 3;

    private final Map<Stranger, Account> accounts = new HashMap<>();

    /** Who has sent the datagram that is dealt with, if it may begin a handshake. */
    private @Nullable Stranger arriving;

    /** Length of that datagram. */
    private int arrivedBytes;

    /**
     * A client that has shown nothing yet.
     *
     * @param address where it says that it is
     * @param id what it calls the connection: a server calls it so too
     */
    private record Stranger(InetSocketAddress address, ByteBuffer id) {}

    /** What may be sent to one of them. */
    private static final class Account {
        private int handshakes;
        private long leftBytes;
    }

    /** Called while a datagram is dealt with: it has brought a token that shows its address. */
    void addressShown() {
        arriving = null;
    }

    /**
     * Called while a datagram is dealt with: it has begun a handshake.
     *
     * @return to be called once, when the handshake has succeeded or the connection is gone
     */
    Runnable begin() {
        Stranger client = arriving;
        if (client == null) {
            return () -> {};
        }
        Account account = accounts.get(client);
        if (account == null) {
            account = new Account();
            account.leftBytes = (long) FACTOR * arrivedBytes;
            accounts.put(client, account);
        }
        account.handshakes++;
        return () -> end(client);
    }

    private void end(Stranger client) {
        Account account = accounts.get(client);
        if (account != null && --account.handshakes == 0) {
            accounts.remove(client);
        }
    }

    /** Returns how many handshakes are limited. */
    int limited() {
        return accounts.size();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        arriving = null;
        if (PacketHeader.isInitial(packet.content())
                || (!accounts.isEmpty() && PacketHeader.isLong(packet.content()))) {
            Stranger client =
                    new Stranger(packet.sender(), PacketHeader.sourceId(packet.content()));
            arriving = client;
            arrivedBytes = packet.content().readableBytes();
            Account account = accounts.get(client);
            if (account != null) {
                account.leftBytes += (long) FACTOR * arrivedBytes;
            }
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!accounts.isEmpty() && message instanceof DatagramPacket packet && tooMuch(packet)) {
            packet.release();
            promise.setSuccess();
            return;
        }
        context.write(message, promise);
    }

    /** What begins with a short header has no padding that quiche would not count. */
    private boolean tooMuch(DatagramPacket packet) {
        if (!PacketHeader.isLong(packet.content())) {
            return false;
        }
        Account account =
                accounts.get(
                        new Stranger(
                                packet.recipient(), PacketHeader.destinationId(packet.content())));
        if (account == null) {
            return false;
        }
        int bytes = packet.content().readableBytes();
        if (bytes > account.leftBytes) {
            return true;
        }
        account.leftBytes -= bytes;
        return false;
    }
}
