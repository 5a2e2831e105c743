package org.stoq.sdk.call;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/**
 * The head of a call: the content of its HEADERS frame.
 *
 * @param service whom it is for, such as {@code content}
 * @param method what to do, such as {@code get}
 * @param version version of the service's protocol, from 1 on
 * @param deadline how long the caller waits from now on; over a second is usual, zero means the
 *     receiver's default
 * @param bodyLength length of the body in bytes, if known beforehand
 * @param idempotencyKey 1 to 64 bytes that make two requests the same one; empty for none
 * @param arguments the method's arguments; unknown keys are ignored, unknown negative ones refused
 */
public record Request(
        String service,
        String method,
        int version,
        Duration deadline,
        OptionalLong bodyLength,
        Optional<String> idempotencyKey,
        CborMap arguments) {
    private static final int SERVICE = 1;
    private static final int METHOD = 2;
    private static final int VERSION = 3;
    private static final int DEADLINE_MILLIS = 5;
    private static final int BODY_LENGTH = 7;
    private static final int IDEMPOTENCY_KEY = 8;
    private static final int ARGUMENTS = 12;

    /** Returns a request of version 1 without body, with the receiver's default deadline. */
    public static Request of(String service, String method, CborMap arguments) {
        return new Request(
                service,
                method,
                1,
                Duration.ZERO,
                OptionalLong.empty(),
                Optional.empty(),
                arguments);
    }

    /** Returns the same request with another deadline. */
    public Request within(Duration limit) {
        return new Request(service, method, version, limit, bodyLength, idempotencyKey, arguments);
    }

    /** Returns the same request announcing a body of that many bytes. */
    public Request withBody(long bytes) {
        return new Request(
                service,
                method,
                version,
                deadline,
                OptionalLong.of(bytes),
                idempotencyKey,
                arguments);
    }

    /** Returns the header block of this request. */
    public byte[] encode() {
        CborMap.Builder header =
                CborMap.builder()
                        .put(SERVICE, service)
                        .put(METHOD, method)
                        .put(VERSION, (long) version)
                        .put(DEADLINE_MILLIS, deadline.toMillis());
        bodyLength.ifPresent(bytes -> header.put(BODY_LENGTH, bytes));
        idempotencyKey.ifPresent(key -> header.put(IDEMPOTENCY_KEY, key));
        return header.put(ARGUMENTS, arguments).build().encode();
    }

    /**
     * Reads a header block.
     *
     * @throws StoqException INVALID_REQUEST, TOO_LARGE or UNSUPPORTED
     */
    public static Request decode(byte[] headerBlock) throws StoqException {
        CborMap header = CborMap.decode(headerBlock);
        header.refuseUnknownCritical();
        long version = header.findInteger(VERSION).orElse(1);
        if (version < 1 || version > 1_000) {
            throw new StoqException(StoqErrorCode.UNSUPPORTED, "protocol version " + version);
        }
        return new Request(
                header.text(SERVICE),
                header.text(METHOD),
                (int) version,
                Duration.ofMillis(header.findUnsigned(DEADLINE_MILLIS).orElse(0)),
                header.findUnsigned(BODY_LENGTH),
                header.findText(IDEMPOTENCY_KEY),
                header.findMap(ARGUMENTS).orElse(CborMap.EMPTY));
    }
}
