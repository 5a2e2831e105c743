package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketHeaderTest {
    private static final int INITIAL = 0xC0;
    private static final int EARLY = 0xD0;
    private static final int HANDSHAKE = 0xE0;
    private static final int RETRY = 0xF0;
    private static final int SHORT = 0x40;

    private static ByteBuf longHeader(int first, int version, int idLength, int length) {
        ByteBuf packet = Unpooled.buffer(length);
        packet.writeByte(first).writeInt(version).writeByte(idLength).writeByte(7);
        return packet.writeZero(length - packet.readableBytes());
    }

    private static ByteBuf shortHeader(int first, int shard, int length) {
        return Unpooled.buffer(length).writeByte(first).writeByte(shard).writeZero(length - 2);
    }

    @ParameterizedTest
    @CsvSource({
        "0xC0, 1, 8, 1200, true",
        "0xC0, 1, 8, 1199, false",
        "0xC0, 1, 7, 1200, false",
        "0xC0, 1, 20, 1200, true",
        "0xC0, 1, 21, 1200, false",
        // Without the fixed bit it is no packet of version 1.
        "0x80, 1, 8, 1200, false",
        // Another version is told ours, if it could begin a connection.
        "0xC0, 99, 8, 1200, true",
        "0x80, 99, 8, 1200, true",
        "0xC0, 99, 8, 1199, false",
        "0xC0, 99, 21, 1200, false",
        // Version Negotiation and Retry come from servers only.
        "0xC0, 0, 8, 1200, false",
        "0xF0, 1, 8, 1200, false",
        "0xE0, 1, 20, 41, true",
        "0xE0, 1, 20, 40, false",
        "0xD0, 1, 8, 100, true",
    })
    void aLongHeaderIsWorthParsingIfAServerMayAnswer(
            String first, int version, int idLength, int length, boolean plausible) {
        ByteBuf packet = longHeader(Integer.decode(first), version, idLength, length);
        assertThat(PacketHeader.isPlausible(packet)).isEqualTo(plausible);
    }

    @ParameterizedTest
    @CsvSource({"0x40, 41, true", "0x40, 40, false", "0x00, 41, false", "0x40, 1, false"})
    void aShortHeaderIsWorthParsingIfSomethingFollowsIt(
            String first, int length, boolean plausible) {
        ByteBuf packet = Unpooled.buffer(length).writeByte(Integer.decode(first));
        packet.writeZero(length - 1);
        assertThat(PacketHeader.isPlausible(packet)).isEqualTo(plausible);
    }

    @Test
    void nothingIsNotPlausible() {
        assertThat(PacketHeader.isPlausible(Unpooled.EMPTY_BUFFER)).isFalse();
    }

    @Test
    void bothIdsAreReadWhereTheyAre() {
        ByteBuf packet = Unpooled.buffer().writeZero(3);
        packet.writeByte(INITIAL).writeInt(1).writeByte(2).writeByte(7).writeByte(8);
        packet.writeByte(1).writeByte(9).writeZero(40).skipBytes(3);
        assertThat(PacketHeader.destinationId(packet))
                .isEqualTo(ByteBuffer.wrap(new byte[] {7, 8}));
        assertThat(PacketHeader.sourceId(packet)).isEqualTo(ByteBuffer.wrap(new byte[] {9}));
    }

    @Test
    void idsThatADatagramIsTooShortForAreEmpty() {
        ByteBuf whole = Unpooled.buffer();
        whole.writeByte(INITIAL).writeInt(1).writeByte(2).writeZero(2).writeByte(1).writeByte(9);
        for (int length = 6; length < whole.readableBytes(); length++) {
            assertThat(PacketHeader.sourceId(whole.slice(0, length)).hasRemaining()).isFalse();
        }
        assertThat(PacketHeader.sourceId(whole).remaining()).isEqualTo(1);
        assertThat(PacketHeader.destinationId(whole.slice(0, 7)).hasRemaining()).isFalse();
        assertThat(PacketHeader.destinationId(whole.slice(0, 8)).remaining()).isEqualTo(2);
    }

    @Test
    void theShardIsReadWhereTheServerHasChosenTheIdAndOnlyThere() {
        assertThat(PacketHeader.shard(shortHeader(SHORT, 255, 100))).isEqualTo(255);
        assertThat(PacketHeader.shard(longHeader(HANDSHAKE, 1, 20, 100))).isEqualTo(7);
        assertThat(PacketHeader.shard(longHeader(HANDSHAKE, 1, 19, 100)))
                .isEqualTo(PacketHeader.ANY_SHARD);
        for (int clients : new int[] {INITIAL, EARLY, RETRY}) {
            assertThat(PacketHeader.shard(longHeader(clients, 1, 20, 1_200)))
                    .isEqualTo(PacketHeader.ANY_SHARD);
        }
    }

    @Test
    void noBytesMakeItReadBeyondTheirEnd() {
        Random random = new Random(6);
        int plausible = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[random.nextInt(64) + (i % 10 == 0 ? 1_200 : 0)];
            random.nextBytes(bytes);
            ByteBuf packet = Unpooled.wrappedBuffer(bytes);
            if (PacketHeader.isPlausible(packet)) {
                assertThat(PacketHeader.shard(packet)).isBetween(PacketHeader.ANY_SHARD, 255);
                plausible++;
            }
            assertThat(packet.readerIndex()).isZero();
        }
        assertThat(plausible).isPositive();
    }

    @Test
    void everyIdOfAShardNamesItAndFirstIdsFollowFromTheClients() {
        byte[] secret = {1, 2, 3};
        ConnectionIds ids = new ConnectionIds(200, secret, new SecureRandom());
        byte[] chosen = {9, 8, 7, 6, 5, 4, 3, 2};
        assertThat(ids.first(chosen))
                .hasSize(20)
                .startsWith((byte) 200)
                .isEqualTo(ids.first(chosen));
        assertThat(ids.newId(Unpooled.EMPTY_BUFFER.nioBuffer(), ByteBuffer.wrap(chosen), 20))
                .isEqualTo(ByteBuffer.wrap(ids.first(chosen)));
        assertThat(ids.newId(20).get(0)).isEqualTo((byte) 200);
        assertThat(ids.newId(20)).isNotEqualTo(ids.newId(20));
        assertThat(new ConnectionIds(200, new byte[] {1}, new SecureRandom()).first(chosen))
                .isNotEqualTo(ids.first(chosen));
    }
}
