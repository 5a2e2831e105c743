package org.stoq.sdk.call;

import java.util.Optional;
import java.util.OptionalLong;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/**
 * The head of an answer: the content of its HEADERS frame.
 *
 * @param error what went wrong; empty if nothing did
 * @param bodyLength length of the body in bytes, if known beforehand
 * @param results what the method returns beside the body
 */
public record Response(Optional<StoqException> error, OptionalLong bodyLength, CborMap results) {
    private static final int BODY_LENGTH = 7;
    private static final int STATUS = 10;
    private static final int ERROR = 11;
    private static final int RESULTS = 13;
    private static final int ERROR_CODE = 1;
    private static final int ERROR_MESSAGE = 2;

    /** Returns the answer that says nothing but yes. */
    public static Response ok() {
        return ok(CborMap.EMPTY);
    }

    /** Returns a good answer with results. */
    public static Response ok(CborMap results) {
        return new Response(Optional.empty(), OptionalLong.empty(), results);
    }

    /** Returns an answer that refuses. */
    public static Response failed(StoqException error) {
        return new Response(Optional.of(error), OptionalLong.of(0), CborMap.EMPTY);
    }

    /** Returns the same answer announcing a body of that many bytes. */
    public Response withBody(long bytes) {
        return new Response(error, OptionalLong.of(bytes), results);
    }

    /**
     * Returns this answer if it is a good one.
     *
     * @throws StoqException the error it carries
     */
    public Response orThrow() throws StoqException {
        if (error.isPresent()) {
            throw error.get();
        }
        return this;
    }

    /** Returns the header block of this answer. */
    public byte[] encode() {
        CborMap.Builder header = CborMap.builder();
        header.put(STATUS, error.map(e -> e.code().wireCode()).orElse(0L));
        error.ifPresent(e ->
                header.put(
                        ERROR,
                        CborMap.builder()
                                .put(ERROR_CODE, e.code().name())
                                .put(ERROR_MESSAGE, String.valueOf(e.getMessage()))
                                .build()));
        bodyLength.ifPresent(bytes -> header.put(BODY_LENGTH, bytes));
        return header.put(RESULTS, results).build().encode();
    }

    /**
     * Reads a header block. An error code of a later version becomes INTERNAL with its name.
     *
     * @throws StoqException INVALID_REQUEST, TOO_LARGE or UNSUPPORTED
     */
    public static Response decode(byte[] headerBlock) throws StoqException {
        CborMap header = CborMap.decode(headerBlock);
        header.refuseUnknownCritical();
        Optional<StoqException> error = Optional.empty();
        if (header.integer(STATUS) != 0) {
            CborMap detail = header.map(ERROR);
            String name = detail.text(ERROR_CODE);
            String message = detail.text(ERROR_MESSAGE);
            error =
                    Optional.of(
                            StoqErrorCode.ofName(name)
                                    .map(code -> new StoqException(code, message))
                                    .orElseGet(() ->
                                            new StoqException(
                                                    StoqErrorCode.INTERNAL,
                                                    name + ": " + message)));
        }
        return new Response(
                error,
                header.findUnsigned(BODY_LENGTH),
                header.findMap(RESULTS).orElse(CborMap.EMPTY));
    }
}
