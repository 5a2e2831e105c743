package org.stoq.sdk;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every way in which STOQ says no, with the number that stands for it on the wire.
 *
 * <p>Codes below 0x100 answer a call (they travel by name in a response's header, and by number
 * when a stream is reset). Codes from 0x100 on end a connection: somebody broke the protocol.
 */
public enum StoqErrorCode {
    /** Nothing is wrong: an orderly close, or a stream whose rest is not needed. */
    NO_ERROR(0x00),
    /** There is no such name, digest, service or method here. */
    NOT_FOUND(0x01),
    /** The request cannot be understood or contradicts itself. */
    INVALID_REQUEST(0x02),
    /** This call needs a certificate and the peer has shown none. */
    UNAUTHENTICATED(0x03),
    /** The peer is known, and not allowed to do this. */
    FORBIDDEN(0x04),
    /** Somebody else changed the same thing first. */
    CONFLICT(0x05),
    /** A condition that the request states does not hold. */
    PRECONDITION_FAILED(0x06),
    /** A length, count or depth is over its limit. */
    TOO_LARGE(0x07),
    /** Too many requests: try again later. */
    RATE_LIMITED(0x08),
    /** What would answer is not there at the moment: no backend, no holder, shutting down. */
    UNAVAILABLE(0x09),
    /** The answer would come after the caller's deadline. */
    DEADLINE_EXCEEDED(0x0A),
    /** The request asks for a version or feature that is not here. */
    UNSUPPORTED(0x0B),
    /** Bytes do not match their digest, signature or authentication tag. */
    INTEGRITY(0x0C),
    /** A defect on the answering side. */
    INTERNAL(0x0D),
    /** The disk is full: nothing was written, everything stored stays readable. */
    STORAGE_FULL(0x0E),
    /** The caller gave up. */
    CANCELLED(0x0F),

    /** A frame at the wrong place, on the wrong stream or out of order. */
    PROTOCOL_VIOLATION(0x100),
    /** A frame whose bytes are not what its type demands. */
    FRAME_MALFORMED(0x101),
    /** A frame, header block or list over its limit. */
    FRAME_TOO_LARGE(0x102),
    /** The stream id in a frame is not that of the stream it came on (decision 8). */
    STREAM_MISMATCH(0x103),
    /** A control stream was missing, closed or opened twice. */
    CONTROL_STREAM(0x104),
    /** SETTINGS was missing, repeated or held an impossible value. */
    SETTINGS_INVALID(0x105),
    /** More content came than WINDOW_UPDATE had given credit for. */
    CREDIT_EXCEEDED(0x106),
    /** The certificate does not lead to a trusted authority, has expired, or names nobody. */
    CERTIFICATE_REFUSED(0x107),
    /** The node is going away and takes no more calls. */
    GOING_AWAY(0x108),
    /** The node has all the connections it can serve. */
    CONNECTION_LIMIT(0x109),
    /** Nothing was heard for longer than the idle timeout, or the connection broke. */
    CONNECTION_LOST(0x10A);

    private static final Map<Long, StoqErrorCode> BY_WIRE_CODE =
            Arrays.stream(values())
                    .collect(Collectors.toUnmodifiableMap(c -> c.wireCode, Function.identity()));

    private final long wireCode;

    StoqErrorCode(long wireCode) {
        this.wireCode = wireCode;
    }

    /** Returns the application error code of RESET_STREAM, STOP_SENDING or CONNECTION_CLOSE. */
    public long wireCode() {
        return wireCode;
    }

    /** Returns whether the same call may succeed later or elsewhere without being changed. */
    public boolean retryable() {
        return switch (this) {
            case RATE_LIMITED, UNAVAILABLE, GOING_AWAY, CONNECTION_LIMIT, CONNECTION_LOST -> true;
            default -> false;
        };
    }

    /** Returns the code with that number, or nothing for a number of a later version. */
    public static Optional<StoqErrorCode> ofWireCode(long wireCode) {
        return Optional.ofNullable(BY_WIRE_CODE.get(wireCode));
    }

    /** Returns the code with that name, or nothing for a name of a later version. */
    public static Optional<StoqErrorCode> ofName(String name) {
        return Arrays.stream(values()).filter(code -> code.name().equals(name)).findFirst();
    }
}
