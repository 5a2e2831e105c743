package org.stoq.transport;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.util.function.LongSupplier;

/**
 * Decides about first packets: to answer, to send a Retry, or to do nothing. On the event loop of
 * one shard.
 */
final class RetryHandler implements QuicTokenHandler {
    private static final int INVALID = -1;

    private final HandshakeGate gate;
    private final RetryTokens tokens;
    private final ConnectionIds ids;
    private final AmplificationLimit limit;
    private final LongSupplier clock;

    /**
     * Makes the handler of one shard.
     *
     * @param ids which makes the ids that go out with Retry packets
     * @param limit which is told of addresses that are really theirs
     * @param clock nanoseconds, as {@link System#nanoTime}
     */
    RetryHandler(
            HandshakeGate gate,
            RetryTokens tokens,
            ConnectionIds ids,
            AmplificationLimit limit,
            LongSupplier clock) {
        this.gate = gate;
        this.tokens = tokens;
        this.ids = ids;
        this.limit = limit;
        this.clock = clock;
    }

    @Override
    public boolean writeToken(ByteBuf out, ByteBuf chosenId, InetSocketAddress client) {
        if (gate.admitsStranger(client.getAddress())) {
            return false;
        }
        byte[] chosen = bytes(chosenId);
        out.writeBytes(tokens.issue(client, chosen, ids.first(chosen), clock.getAsLong()));
        gate.retried();
        return true;
    }

    @Override
    public TokenValidationResult validateToken(
            ByteBuf token, InetSocketAddress client, ByteBuf connectionId) {
        int offset = tokens.verify(bytes(token), client, bytes(connectionId), clock.getAsLong());
        if (offset == INVALID) {
            gate.refusedToken();
            return TokenValidationResult.invalidToken();
        }
        limit.addressShown();
        return gate.admitsValidated(client.getAddress())
                ? TokenValidationResult.odcidFromToken(offset)
                : TokenValidationResult.invalidToken();
    }

    /** The older question, without the connection id; the codec does not ask it. */
    @Override
    public int validateToken(ByteBuf token, InetSocketAddress client) {
        return INVALID;
    }

    @Override
    public int maxTokenLength() {
        return RetryTokens.MAX_BYTES;
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.getBytes(buffer.readerIndex(), bytes);
        return bytes;
    }
}
