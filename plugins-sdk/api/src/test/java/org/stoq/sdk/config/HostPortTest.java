package org.stoq.sdk.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @CsvSource({
        "::, [::]:7",
        "::1, [::1]:7",
        "2001:db8:0:0:0:0:0:1, [2001:db8::1]:7",
        "2001:0DB8:0000:0001:0001:0001:0001:0001, [2001:db8:0:1:1:1:1:1]:7",
        "2001:0:0:1:0:0:0:1, [2001:0:0:1::1]:7",
        "2001:db8:0:0:1:0:0:1, [2001:db8::1:0:0:1]:7",
        "fe80:0:0:0:1:2:3:4, [fe80::1:2:3:4]:7",
        "1:2:3:4:5:6:0:0, [1:2:3:4:5:6::]:7",
    })
    void writesSocketsInTheShortestForm(String literal, String text) {
        HostPort written = HostPort.of(new InetSocketAddress(InetAddress.ofLiteral(literal), 7));

        assertThat(written).hasToString(text);
        assertThat(HostPort.parse(text)).isEqualTo(written);
    }

    @Test
    void leavesOutAScopeThatSaysNothing() throws UnknownHostException {
        byte[] loopback = InetAddress.ofLiteral("::1").getAddress();

        assertThat(
                        HostPort.of(
                                new InetSocketAddress(
                                        Inet6Address.getByAddress("", loopback, 0), 7)))
                .hasToString("[::1]:7");
        assertThat(
                        HostPort.of(
                                new InetSocketAddress(
                                        Inet6Address.getByAddress("", loopback, 3), 7)))
                .hasToString("[::1%3]:7");
    }

    @Test
    void writesNoSocketOfIpv4() {
        InetSocketAddress ipv4 = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 7);

        assertThatThrownBy(() -> HostPort.of(ipv4)).isInstanceOf(IllegalArgumentException.class);
    }
}
