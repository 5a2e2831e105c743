package org.stoq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

class ProgressReaderTest {
    private static CborMap read(byte[] body) throws IOException {
        return new ProgressReader(Channels.newChannel(new ByteArrayInputStream(body)))
                .results(Progress.NONE);
    }

    @Test
    void readsToTheResults() throws Exception {
        // {1: 5, 2: 10}, then {3: {1: 7}}.
        byte[] body = HexFormat.of().parseHex("00000005a20105020a" + "00000005a103a10107");
        assertThat(read(body)).isEqualTo(CborMap.builder().put(1, 7).build());
    }

    @ParameterizedTest
    @CsvSource({
        "'', INVALID_REQUEST", // nothing
        "000000, INVALID_REQUEST", // half a length
        "00000005a20105, INVALID_REQUEST", // half a map
        "00000005a20105020a, INVALID_REQUEST", // no results
        "ffffffff, TOO_LARGE", // a length of 2^32-1
        "00010001, TOO_LARGE", // a byte over the limit
        "00000001a0, INVALID_REQUEST", // a map that says nothing
    })
    void refusesTheRest(String hex, StoqErrorCode code) {
        StoqException refusal =
                catchThrowableOfType(StoqException.class, () -> read(HexFormat.of().parseHex(hex)));
        assertThat(refusal.code()).isEqualTo(code);
    }

    @Test
    void aMapAtTheLimitIsRead() throws Exception {
        byte[] filler = new byte[ProgressReader.MAX_MAP_BYTES - 10];
        byte[] map =
                CborMap.builder()
                        .put(3, CborMap.EMPTY)
                        .put(9, Arrays.copyOf(filler, filler.length))
                        .build()
                        .encode();
        assertThat(map.length)
                .isBetween(ProgressReader.MAX_MAP_BYTES - 10, ProgressReader.MAX_MAP_BYTES);
        byte[] body = ByteBuffer.allocate(4 + map.length).putInt(map.length).put(map).array();
        assertThat(read(body)).isEqualTo(CborMap.EMPTY);
    }
}
