package org.stoq.fuzz;

import static org.stoq.sdk.StoqErrorCode.INVALID_REQUEST;
import static org.stoq.sdk.StoqErrorCode.TOO_LARGE;
import static org.stoq.sdk.StoqErrorCode.UNSUPPORTED;

import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;

/** Heads of calls and answers: what is understood says the same when it is written again. */
public final class CallTarget implements FuzzTarget {
    @Override
    public void run(byte[] bytes) {
        Input input = new Input(bytes);
        boolean request = (input.u8() & 1) == 0;
        byte[] block = input.rest();
        try {
            if (request) {
                Request read = Request.decode(block);
                Oracle.same(read, Request.decode(read.encode()), "a request");
                Oracle.require(!read.deadline().isNegative(), "a deadline is not before now");
                Oracle.require(read.bodyLength().orElse(0) >= 0, "a body has a length");
            } else {
                Response read = Response.decode(block);
                Response again = Response.decode(read.encode());
                Oracle.same(read.results(), again.results(), "results");
                Oracle.same(read.bodyLength(), again.bodyLength(), "the length of the body");
                Oracle.same(
                        read.error().map(StoqException::code),
                        again.error().map(StoqException::code),
                        "the error");
                Oracle.require(read.bodyLength().orElse(0) >= 0, "a body has a length");
            }
        } catch (StoqException e) {
            Oracle.refusedWith(e, INVALID_REQUEST, TOO_LARGE, UNSUPPORTED);
        }
    }
}
