package org.stoq.sdk.cbor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

class CborTest {
    /** RFC 8949 appendix A, the integers. */
    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "1, 01",
        "10, 0a",
        "23, 17",
        "24, 1818",
        "25, 1819",
        "100, 1864",
        "1000, 1903e8",
        "1000000, 1a000f4240",
        "1000000000000, 1b000000e8d4a51000",
        "18446744073709551615, 1bffffffffffffffff",
        "18446744073709551616, c249010000000000000000",
        "-18446744073709551616, 3bffffffffffffffff",
        "-18446744073709551617, c349010000000000000000",
        "-1, 20",
        "-10, 29",
        "-100, 3863",
        "-1000, 3903e7"
    })
    void integersAgreeWithTheStandard(BigInteger value, String hex) throws StoqException {
        byte[] encoded = new CborWriter().integer(value).toBytes();
        assertThat(HexFormat.of().formatHex(encoded)).isEqualTo(hex);
        byte[] map = new byte[encoded.length + 2];
        map[0] = (byte) 0xA1;
        map[1] = 0x01;
        System.arraycopy(encoded, 0, map, 2, encoded.length);
        assertThat(CborMap.decode(map).bigInteger(1)).isEqualTo(value);
        assertThat(CborMap.builder().put(1, value).build().encode()).isEqualTo(map);
    }

    @Test
    void everyKindOfValueSurvives() throws StoqException {
        CborMap map =
                CborMap.builder()
                        .put(1, "naïve 😀")
                        .put(2, -5L)
                        .put(3, new byte[] {1, 2, 3})
                        .put(4, true)
                        .put(5, List.of(1L, "two", CborMap.EMPTY, List.of(false)))
                        .put(6, CborMap.builder().put(-1, 1).put(300, 2).put(0, 3).build())
                        .build();
        CborMap read = CborMap.decode(map.encode());
        assertThat(read).isEqualTo(map).hasSameHashCodeAs(map);
        assertThat(read.text(1)).isEqualTo("naïve 😀");
        assertThat(read.integer(2)).isEqualTo(-5);
        assertThat(read.bytes(3)).containsExactly(1, 2, 3);
        assertThat(read.bool(4)).isTrue();
        assertThat(read.list(5)).isEqualTo(List.of(1L, "two", CborMap.EMPTY, List.of(false)));
        assertThat(read.map(6).keys()).containsExactly(0L, 300L, -1L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing
                "a1", // pair missing
                "a10118", // argument missing
                "a1011800", // 0 in two bytes
                "a101190010", // 16 in three bytes
                "a1011a0000ffff", // 65535 in five bytes
                "a1011b00000000ffffffff", // 2^32-1 in nine bytes
                "a10118ff00", // bytes behind the end
                "a201010101", // key twice
                "a202010101", // keys out of order
                "a220010101", // negative key before a positive one
                "bf0101ff", // indefinite length
                "a1015f4101ff", // indefinite string
                "a101f90000", // float
                "a101fb0000000000000000", // double
                "a101f7", // undefined
                "a101c000", // tag 0
                "a101c24101", // bignum that has a shorter form
                "a101c249000000000000000001", // bignum with a leading zero
                "a10161ff", // text that is not UTF-8
                "a1015affffffff00", // string longer than all there is
                "a1616101", // text as a key
                "01" // no map
            })
    void refusesWhatIsNotDeterministic(String hex) {
        assertThat(codeOf(HexFormat.of().parseHex(hex), CborLimits.STANDARD))
                .isEqualTo(StoqErrorCode.INVALID_REQUEST);
    }

    @Test
    void keepsItsLimits() throws StoqException {
        CborLimits limits = new CborLimits(2, 3, 12);
        CborMap three = CborMap.builder().put(1, List.of(1L, 2L, 3L)).build();
        assertThat(CborMap.decode(three.encode(), limits)).isEqualTo(three);

        byte[] four = CborMap.builder().put(1, List.of(1L, 2L, 3L, 4L)).build().encode();
        assertThat(codeOf(four, limits)).isEqualTo(StoqErrorCode.TOO_LARGE);
        byte[] deep = CborMap.builder().put(1, List.of(List.of(1L))).build().encode();
        assertThat(codeOf(deep, limits)).isEqualTo(StoqErrorCode.TOO_LARGE);
        byte[] exact = CborMap.builder().put(1, new byte[9]).build().encode();
        assertThat(exact).hasSize(12);
        assertThat(CborMap.decode(exact, limits).bytes(1)).hasSize(9);
        byte[] longer = CborMap.builder().put(1, new byte[10]).build().encode();
        assertThat(codeOf(longer, limits)).isEqualTo(StoqErrorCode.TOO_LARGE);
    }

    @Test
    void saysWhichKeyIsWrong() {
        CborMap map = CborMap.builder().put(7, "text").put(-3, 1).build();
        assertThat(catchThrowableOfType(StoqException.class, () -> map.integer(7)))
                .hasMessageContaining("key 7");
        assertThat(catchThrowableOfType(StoqException.class, () -> map.text(8)))
                .hasMessageContaining("key 8: it is missing");
        assertThat(catchThrowableOfType(StoqException.class, () -> map.digest(8))).isNotNull();
        assertThat(catchThrowableOfType(StoqException.class, map::refuseUnknownCritical).code())
                .isEqualTo(StoqErrorCode.UNSUPPORTED);
        assertThat(catchThrowableOfType(StoqException.class, () -> map.refuseUnknownCritical(-3)))
                .isNull();
    }

    @Test
    void noInputDoesMoreThanRefuse() {
        Random random = new Random(42);
        byte[] valid =
                CborMap.builder()
                        .put(1, "text")
                        .put(2, List.of(1L, new byte[] {5}, CborMap.EMPTY))
                        .build()
                        .encode();
        int accepted = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] input = valid.clone();
            if (i % 2 == 0) {
                input = new byte[random.nextInt(40)];
                random.nextBytes(input);
            } else {
                input[random.nextInt(input.length)] = (byte) random.nextInt();
            }
            try {
                // Whatever is accepted is the one encoding of what it says.
                assertThat(CborMap.decode(input).encode()).isEqualTo(input);
                accepted++;
            } catch (StoqException e) {
                assertThat(e.code()).isIn(StoqErrorCode.INVALID_REQUEST, StoqErrorCode.TOO_LARGE);
            }
        }
        assertThat(accepted).isPositive();
    }

    private static StoqErrorCode codeOf(byte[] input, CborLimits limits) {
        StoqException refusal =
                catchThrowableOfType(StoqException.class, () -> CborMap.decode(input, limits));
        assertThat(refusal).as(Arrays.toString(input)).isNotNull();
        return refusal.code();
    }
}
