package org.stoq.bench.flood;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FloodAimTest {
    private static Flood.Aim aim(int prefixes, int answering) {
        InetSocketAddress server = new InetSocketAddress(InetAddress.ofLiteral("::1"), 1);
        return new Flood.Aim(server, "stoq/1", prefixes, answering, 0, 1);
    }

    @Test
    void everyPrefixIsAnotherOne() {
        assertThat(Flood.Aim.address(0)).isEqualTo(InetAddress.ofLiteral("2001:db8::1"));
        assertThat(Flood.Aim.address(499)).isEqualTo(InetAddress.ofLiteral("2001:db8:0:1f3::1"));
        assertThat(Flood.Aim.address(65_536)).isEqualTo(InetAddress.ofLiteral("2001:db8:1:0::1"));
    }

    @ParameterizedTest
    @CsvSource({"500, 50", "500, 0", "500, 500", "7, 3", "1, 1", "10000, 1000"})
    void soManyAnswerAsWereAskedFor(int prefixes, int answering) {
        Flood.Aim aim = aim(prefixes, answering);
        assertThat(IntStream.range(0, prefixes).filter(aim::answers).count()).isEqualTo(answering);
    }
}
