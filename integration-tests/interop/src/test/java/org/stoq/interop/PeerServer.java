package org.stoq.interop;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A server of somebody else, while it runs. */
interface PeerServer extends AutoCloseable {
    /** The name that is asked for. */
    String NAME = "localhost";

    /** Returns where it listens. */
    InetSocketAddress address();

    /** Returns what it has said. */
    String said();

    @Override
    void close();

    /** Returns one that is a program of its own and listens on a port of {@code ::1}. */
    static PeerServer of(int port, Program program) {
        return new PeerServer() {
            @Override
            public InetSocketAddress address() {
                return new InetSocketAddress(InetAddress.ofLiteral("::1"), port);
            }

            @Override
            public String said() {
                return program.said();
            }

            @Override
            public void close() {
                program.close();
            }
        };
    }
}
