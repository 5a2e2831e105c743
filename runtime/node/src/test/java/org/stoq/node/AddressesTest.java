package org.stoq.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
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
}
