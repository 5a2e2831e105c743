package org.stoq.transport;

import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamResetException;
import java.nio.charset.StandardCharsets;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** Turns what the wire says of an end into a {@link StoqException}. */
final class CloseReasons {
    /** TLS alerts 42 to 49 and 116: something is wrong with a certificate (RFC 8446 s.6.2). */
    private static final int FIRST_CERTIFICATE_ALERT = 42;

    private static final int LAST_CERTIFICATE_ALERT = 49;
    private static final int CERTIFICATE_REQUIRED = 116;
    private static final int NO_APPLICATION_PROTOCOL = 120;

    /** The QUIC error of the TLS alert bad_certificate (42). */
    static final int BAD_CERTIFICATE = 0x100 + FIRST_CERTIFICATE_ALERT;

    /** What an application says before the handshake has ended (RFC 9000 s.10.2.3, s.20.1). */
    private static final int APPLICATION_ERROR = 0x0C;

    /** A TLS alert is carried as 0x0100 plus its number (RFC 9001 s.4.8). */
    private static final int ALERT_MASK = 0xFF;

    private CloseReasons() {}

    static StoqException of(QuicConnectionCloseEvent event) {
        String reason = reasonOf(event);
        if (event.isTlsError()) {
            return ofAlert(event.error() & ALERT_MASK, reason);
        }
        // NO_ERROR is the same number in both code spaces (RFC 9000 s.20.1).
        if (event.isApplicationClose() || event.error() == StoqErrorCode.NO_ERROR.wireCode()) {
            return ofApplication(event.error(), "the peer closed the connection", reason);
        }
        if (event.error() == APPLICATION_ERROR) {
            return lost("the peer closed the connection before it knew who we are; connect again");
        }
        return new StoqException(
                StoqErrorCode.PROTOCOL_VIOLATION,
                "the peer closed the connection with QUIC error 0x%X %s"
                        .formatted(event.error(), reason));
    }

    private static String reasonOf(QuicConnectionCloseEvent event) {
        try {
            return new String(event.reason(), StandardCharsets.UTF_8);
        } catch (NullPointerException e) {
            // The codec's event clones a null array where the peer has sent no reason phrase.
            return "";
        }
    }

    static StoqException of(QuicStreamResetException reset) {
        return ofApplication(reset.applicationProtocolCode(), "the peer reset the stream", "");
    }

    static StoqException lost(String what) {
        return new StoqException(StoqErrorCode.CONNECTION_LOST, what);
    }

    private static StoqException ofAlert(int alert, String reason) {
        boolean certificate =
                (alert >= FIRST_CERTIFICATE_ALERT && alert <= LAST_CERTIFICATE_ALERT)
                        || alert == CERTIFICATE_REQUIRED;
        if (certificate) {
            return new StoqException(
                    StoqErrorCode.CERTIFICATE_REFUSED,
                    "the peer refused our certificate, or the lack of one (TLS alert %d) %s"
                            .formatted(alert, reason));
        }
        if (alert == NO_APPLICATION_PROTOCOL) {
            return new StoqException(
                    StoqErrorCode.UNSUPPORTED,
                    "the peer speaks none of our application protocols (TLS alert %d) %s"
                            .formatted(alert, reason));
        }
        return new StoqException(
                StoqErrorCode.PROTOCOL_VIOLATION,
                "the handshake failed with TLS alert %d %s".formatted(alert, reason));
    }

    private static StoqException ofApplication(long wireCode, String what, String reason) {
        String because = reason.isEmpty() ? "" : ": " + reason;
        return StoqErrorCode.ofWireCode(wireCode)
                .map(code -> new StoqException(code, what + because))
                .orElseGet(() ->
                        new StoqException(
                                StoqErrorCode.INTERNAL,
                                "%s with unknown code 0x%X%s".formatted(what, wireCode, because)));
    }
}
