package org.stoq.sdk.transport;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.security.KeyPairGenerator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CredentialsTest {
    @Test
    void aKeyWithoutItsChainIsRefused() throws Exception {
        var key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Credentials(List.of(), Optional.of(key), List.of(), false));
    }

    @Test
    void whoIsAnonymousCannotListenAndHasNothingToOffer() {
        Credentials anonymous = Credentials.anonymous(List.of());

        assertThatIllegalArgumentException().isThrownBy(anonymous::requireCertificate);
        assertThatIllegalStateException().isThrownBy(anonymous::keyManager);
    }
}
