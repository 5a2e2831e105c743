package org.stoq.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.doctor.CertificateChecks;
import org.stoq.cli.doctor.Check;
import org.stoq.cli.doctor.Finding;
import org.stoq.cli.doctor.Finding.Level;
import org.stoq.cli.doctor.NetworkChecks;
import org.stoq.cli.doctor.StorageChecks;
import org.stoq.cli.doctor.SystemChecks;
import org.stoq.config.ConfigException;
import org.stoq.config.ConfigSource;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.config.ServerConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stoq doctor}. */
@Command(
        name = "doctor",
        header = "Look whether a node can run here, and say how to mend what is in its way.",
        description = {
            "Tries the things themselves: a datagram over [::1], a QUIC handshake, a durable write."
                    + " Exit code 1 if anything is a FAIL."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  stoq doctor", "  stoq doctor --config stoq.toml --json"})
final class DoctorCommand implements Verb {
    private static final Path KERNEL = Path.of("/proc/sys/net/core");
    private static final Duration PING = Duration.ofSeconds(2);

    private final Invocation invocation;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration whose port and data folder are looked at.")
    @Nullable Path config;

    DoctorCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON. */
    record Result(boolean healthy, List<Finding> findings) {
        Result {
            findings = List.copyOf(findings);
        }
    }

    @Override
    public ExitCode run() {
        List<Finding> findings = new ArrayList<>();
        ServerConfig server = server(findings);
        checks(server).forEach((name, check) -> findings.addAll(Check.safely(name, check)));
        boolean healthy = findings.stream().noneMatch(found -> found.level() == Level.FAIL);
        invocation
                .terminal()
                .result(
                        new Result(healthy, findings),
                        out -> {
                            for (Finding found : findings) {
                                out.printf(
                                        "%-4s  %-18s %s%n",
                                        found.level(), found.check(), found.detail());
                                if (!found.mend().isEmpty()) {
                                    out.printf("%25s-> %s%n", "", found.mend());
                                }
                            }
                        });
        return healthy ? ExitCode.OK : ExitCode.FAILED;
    }

    private ServerConfig server(List<Finding> findings) {
        try {
            Optional<Path> file = Optional.ofNullable(config).map(invocation::file);
            ServerConfig server = new ConfigSource(file, Map.of()).load().server();
            findings.add(Finding.ok("configuration", "valid"));
            return server;
        } catch (ConfigException | IOException e) {
            CommandFailure failure = Failures.of(e);
            findings.add(
                    Finding.fail(
                            "configuration",
                            failure.message().lines().findFirst().orElse(""),
                            "stoq config check shows all of it"));
            return ServerConfig.TABLE.defaults();
        }
    }

    private Map<String, Check> checks(ServerConfig server) {
        Surroundings surroundings = invocation.surroundings();
        Map<String, Check> checks = new LinkedHashMap<>();
        checks.put(
                "java",
                () ->
                        List.of(
                                SystemChecks.java(
                                        Runtime.version().feature(), "Java " + Runtime.version())));
        checks.put("clock", () -> List.of(SystemChecks.clock(surroundings.clock())));
        checks.put("open files", () -> List.of(SystemChecks.files()));
        checks.put("net.core", () -> SystemChecks.buffers(KERNEL));
        checks.put("ipv6", () -> List.of(NetworkChecks.loopback()));
        checks.put("port", () -> List.of(NetworkChecks.port(server.listen(), this::ping)));
        checks.put(
                "quic",
                () -> List.of(NetworkChecks.quic(surroundings.clock(), surroundings.nanoClock())));
        checks.put("disk", () -> StorageChecks.disk(server.dataDir(), surroundings.nanoClock()));
        checks.put(
                "certificates",
                () ->
                        CertificateChecks.of(
                                surroundings.home().folder(),
                                server.dataDir().resolve("identity"),
                                surroundings.clock().instant()));
        return checks;
    }

    private Optional<String> ping(HostPort target) {
        try (NodeAccess node = NodeAccess.open(target, PING, invocation.surroundings())) {
            NodeStatus status = NodeStatus.of(node.results("node", "status", CborMap.EMPTY));
            return Optional.of(
                    "taken by your node %s, version %s"
                            .formatted(status.nodeId().shortName(), status.version()));
        } catch (CommandFailure | IOException e) {
            invocation.terminal().note("asked who has the port: " + Failures.of(e).message());
            return Optional.empty();
        }
    }
}
