package org.stoq.sdk.cose;

import java.nio.charset.StandardCharsets;

/**
 * What a signature is for; it is worth nothing in another domain.
 *
 * @param service such as {@code content}
 * @param type such as {@code manifest}
 */
public record SigningDomain(String service, String type) {
    /** Returns the external_aad of the signature: {@code stoq/<service>/<type>} in UTF-8. */
    byte[] externalAad() {
        return ("stoq/" + service + "/" + type).getBytes(StandardCharsets.UTF_8);
    }
}
