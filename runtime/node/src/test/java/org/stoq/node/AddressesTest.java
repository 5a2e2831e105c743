package org.stoq.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressesTest {
    @ParameterizedTest
    @CsvSource({
        "::1, [::1]:4433",
        "::, [::]:4433",
        "2001:db8::7, [2001:db8:0:0:0:0:0:7]:4433",
    })
    void writesAddressesAsTheConfigurationReadsThem(String literal, String text) {
        assertThat(Addresses.text(new InetSocketAddress(InetAddress.ofLiteral(literal), 4433)))
                .isEqualTo(text);
    }

    @Test
    void leavesOutAScopeThatSaysNothing() throws UnknownHostException {
        byte[] loopback = InetAddress.ofLiteral("::1").getAddress();
        InetAddress scoped = Inet6Address.getByAddress("", loopback, 0);

        assertThat(scoped.getHostAddress()).endsWith("%0");
        assertThat(Addresses.text(new InetSocketAddress(scoped, 4433))).isEqualTo("[::1]:4433");
    }
}
