package org.stoq.sdk.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.Inet6Address;

class HostPortTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[::]:4433",
                "[::1]:0",
                "[2001:db8::1]:65535",
                "[fe80::1%eth0]:1",
                "edge1:4433",
                "a.b-c.example:1",
                "4chan.example:1"
            })
    void readsWhatItWrites(String text) {
        assertThat(HostPort.parse(text)).hasToString(text);
    }

    @Test
    void namesAreLowerCaseAndHaveNoAddress() {
        HostPort name = HostPort.parse("Edge1.Example:1");

        assertThat(name.host()).isEqualTo("edge1.example");
        assertThat(name.isAddress()).isFalse();
        assertThat(name.address()).isEmpty();
    }

    @Test
    void addressesAreIpv6() {
        assertThat(HostPort.parse("[::1]:443").address().orElseThrow().getAddress())
                .isInstanceOf(Inet6Address.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:4433",
                "0.0.0.0:4433",
                "127.1:80",
                "2130706433:80",
                "0x7f000001:80",
                "example.1:80",
                "[::ffff:127.0.0.1]:80",
                "[::ffff:7f00:1]:80"
            })
    void refusesIpv4InEveryGuise(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostPort.parse(text))
                .withMessageContaining("IPv4")
                .withMessageContaining("IPv6 only");
    }

    @Test
    void tellsTheIpv6EquivalentOfAnIpv4Address() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostPort.parse("0.0.0.0:4433"))
                .withMessageContaining("\"[::]:4433\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostPort.parse("127.0.0.1:99"))
                .withMessageContaining("\"[::1]:99\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":1", "edge1", "edge1:", "[::1]", "[::1]:", "edge1:x", "edge1:-1"})
    void refusesWhatLacksHostOrPort(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> HostPort.parse(text));
    }

    @Test
    void refusesPortsPastTheLast() {
        assertThat(HostPort.parse("edge:65535").port()).isEqualTo(65_535);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostPort.parse("edge:65536"))
                .withMessageContaining("65536");
    }

    @Test
    void asksForBracketsAroundAnAddress() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostPort.parse("::1:4433"))
                .withMessageContaining("brackets");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[edge1]:1", "[]:1", "[:::1]:1", "a..b:1", "-a:1", "a b:1", "[[::1]]:1"})
    void refusesWhatIsNeitherAddressNorName(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> HostPort.parse(text));
    }
}
