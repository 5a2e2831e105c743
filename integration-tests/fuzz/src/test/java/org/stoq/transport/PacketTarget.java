package org.stoq.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.Arrays;
import org.stoq.fuzz.FuzzTarget;
import org.stoq.fuzz.Input;
import org.stoq.fuzz.Oracle;

/** Datagrams before anything of them is decrypted, and the tokens that clients bring back. */
public final class PacketTarget implements FuzzTarget {
    private static final int ADDRESS_BYTES = 16;
    private static final int MIN_INITIAL_BYTES = 1_200;

    @Override
    public void run(byte[] bytes) throws UnknownHostException {
        Input input = new Input(bytes);
        int how = input.u8() & 3;
        switch (how) {
            case 0 -> header(input.rest());
            case 1 -> header(Arrays.copyOf(input.rest(), MIN_INITIAL_BYTES));
            case 2 -> token(input);
            default -> issued(input);
        }
    }

    private static void header(byte[] datagram) {
        ByteBuf in = Unpooled.wrappedBuffer(datagram);
        boolean initial = PacketHeader.isInitial(in);
        boolean early = PacketHeader.isEarly(in);
        Oracle.require(!(initial && early), "one packet has one type");
        if (PacketHeader.isPlausible(in)) {
            int shard = PacketHeader.shard(in);
            Oracle.require(shard >= PacketHeader.ANY_SHARD && shard <= 0xFF, "a shard");
            Oracle.require(!initial || shard == PacketHeader.ANY_SHARD, "a client names no shard");
        }
        Oracle.same(datagram.length, in.readableBytes(), "bytes that were left where they are");
    }

    /** A token that was made up. */
    private static void token(Input input) throws UnknownHostException {
        RetryTokens tokens = new RetryTokens(new SecureRandom(), 0);
        InetSocketAddress client = client(input);
        byte[] id = input.bytes(input.u8() % 21);
        Oracle.require(
                tokens.verify(input.rest(), client, id, input.i64() >>> 1) < 0, "a forged token");
    }

    /** A token that was issued, and may have been changed. */
    private static void issued(Input input) throws UnknownHostException {
        RetryTokens tokens = new RetryTokens(new SecureRandom(), 0);
        InetSocketAddress client = client(input);
        byte[] originalId = Arrays.copyOf(input.bytes(20), 8 + input.u8() % 13);
        byte[] retryId = Arrays.copyOf(input.bytes(20), 20);
        long ageNanos = input.i64() >>> 24;
        byte[] token = tokens.issue(client, originalId, retryId, 0);
        boolean good = ageNanos <= tokens.life().toNanos();
        int found = tokens.verify(token, client, retryId, ageNanos);
        Oracle.same(good, found >= 0, "a token of " + ageNanos + " ns");
        if (good) {
            Oracle.same(
                    originalId, Arrays.copyOfRange(token, found, token.length), "the original id");
        }
        int changes = 1 + input.u8() % 4;
        byte[] changed = token;
        for (int i = 0; i < changes; i++) {
            changed = changed(changed, input);
        }
        if (!Arrays.equals(changed, token)) {
            Oracle.require(tokens.verify(changed, client, retryId, 0) < 0, "a changed token");
        }
        retryId[input.u8() % retryId.length] ^= 1;
        Oracle.require(tokens.verify(token, client, retryId, 0) < 0, "another connection's token");
    }

    private static byte[] changed(byte[] token, Input input) {
        int how = input.u8();
        int at = input.u8() % token.length;
        if ((how & 1) == 0) {
            byte[] turned = token.clone();
            turned[at] ^= (byte) (1 << (how >>> 5));
            return turned;
        }
        return (how & 2) == 0 && at > 0
                ? Arrays.copyOf(token, at)
                : Arrays.copyOf(token, token.length + 1);
    }

    private static InetSocketAddress client(Input input) throws UnknownHostException {
        byte[] address = Arrays.copyOf(input.bytes(ADDRESS_BYTES), ADDRESS_BYTES);
        // An address that maps IPv4 becomes one of IPv4, which never gets here.
        address[0] |= 0x20;
        return new InetSocketAddress(InetAddress.getByAddress(address), input.u16());
    }
}
