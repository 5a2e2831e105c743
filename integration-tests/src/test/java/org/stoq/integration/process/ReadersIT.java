package org.stoq.integration.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.client.StoqClient;
import org.stoq.client.StoqConnection;
import org.stoq.integration.Await;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.transport.Credentials;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/** Who may do what: anonymous readers where the node lets them, nodes, operators (decision 2). */
class ReadersIT {
    @TempDir Path folder;

    @Test
    void anonymousReadersAreLetInWhileTheConfigurationSaysSo() throws Exception {
        StoqCommand command = new StoqCommand(folder.resolve("home"));
        StoqHome home = new StoqHome(command.home());
        try (NodeProcess node = NodeProcess.start(command, folder.resolve("a"))) {
            Certified operator = home.operator(InstantSource.system());
            try (StoqClient client = client(operator.credentials(false));
                    StoqConnection connection = client.connect(node.address())) {
                connection.content().put("open", "to all".getBytes(StandardCharsets.UTF_8));
            }
            Credentials nobody = Credentials.anonymous(operator.authorities());

            assertThat(refusal(nobody, node)).isEqualTo(StoqErrorCode.UNAUTHENTICATED);

            node.configure("anonymous_readers = true");
            Await.until("readers are let in", () -> read(nobody, node, "open").equals("to all"));
            try (StoqClient client = client(nobody);
                    StoqConnection connection = client.connect(node.address())) {
                StoqException write =
                        catchThrowableOfType(
                                StoqException.class,
                                () -> connection.content().put("mine", new byte[1]));
                assertThat(write.code()).isEqualTo(StoqErrorCode.UNAUTHENTICATED);
            }

            node.configure("");
            Await.until(
                    "readers are shut out again",
                    () -> refusal(nobody, node) == StoqErrorCode.UNAUTHENTICATED);
        }
    }

    @Test
    void aNodeMayWriteButNotAdminister() throws Exception {
        StoqCommand command = new StoqCommand(folder.resolve("home"));
        StoqHome home = new StoqHome(command.home());
        try (NodeProcess node = NodeProcess.start(command, folder.resolve("a"))) {
            Certified other = home.node(folder.resolve("other"), List.of(), InstantSource.system());
            try (StoqClient client = client(other.credentials(false));
                    StoqConnection connection = client.connect(node.address())) {
                connection.content().put("written", new byte[] {1, 2, 3});

                StoqException stop =
                        catchThrowableOfType(
                                StoqException.class,
                                () -> connection.call(Request.of("node", "stop", CborMap.EMPTY)));
                assertThat(stop.code()).isEqualTo(StoqErrorCode.FORBIDDEN);
                try (Reply ping = connection.call(Request.of("node", "ping", CborMap.EMPTY))) {
                    assertThat(ping.response().error()).isEmpty();
                }
            }
        }
    }

    private static StoqClient client(Credentials credentials) {
        return StoqClient.builder().credentials(credentials).build();
    }

    /** Returns the content of an object, or why it could not be had. */
    private static String read(Credentials credentials, NodeProcess node, String name) {
        try (StoqClient client = client(credentials);
                StoqConnection connection = client.connect(node.address())) {
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            connection.content().download(name, Channels.newChannel(got), bytes -> {});
            return got.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Returns the code with which a reader is refused, or NO_ERROR for one who is let in. */
    private static StoqErrorCode refusal(Credentials credentials, NodeProcess node)
            throws Exception {
        try (StoqClient client = client(credentials);
                StoqConnection connection = client.connect(node.address())) {
            connection.content().head("open");
            return StoqErrorCode.NO_ERROR;
        } catch (StoqException e) {
            return e.code();
        }
    }
}
