package org.stoq.client;

import java.io.IOException;
import org.stoq.client.session.OutgoingCall;
import org.stoq.client.session.Session;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;

/** How calls reach a server: over one session, or over the connections of a pool. */
interface Calls {
    /** Makes a call that only reads, as {@link Session#read}. */
    Reply read(Request request) throws IOException;

    /** Makes a call without a body, as {@link Session#call}. */
    Reply call(Request request) throws IOException;

    /** Begins a call with a body, as {@link Session#begin}. */
    OutgoingCall begin(Request request, int urgency) throws IOException;

    /** Returns the calls of one session, each made once. */
    static Calls over(Session session) {
        return new Calls() {
            @Override
            public Reply read(Request request) throws IOException {
                return session.read(request);
            }

            @Override
            public Reply call(Request request) throws IOException {
                return session.call(request);
            }

            @Override
            public OutgoingCall begin(Request request, int urgency) throws IOException {
                return session.begin(request, urgency);
            }
        };
    }
}
