package org.stoq.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Table;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import picocli.CommandLine.Command;

/** {@code stoq plugin list}. */
@Command(
        name = "list",
        header = "List plug-ins, and every strategy of the node with what it is doing.",
        description = {
            "An active strategy is used, one on standby could be, a draining one finishes its uses"
                    + " and goes, one in quarantine has failed too often."
        })
final class PluginListCommand implements Verb {
    private static final int SHORT_FINGERPRINT = 12;

    private final Invocation invocation;

    PluginListCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of one plug-in in JSON, with the strategies that its bundle brings. */
    record Plugin(
            String file,
            String state,
            String bundle,
            String version,
            @Nullable String signer,
            @Nullable String reason,
            long size,
            List<StrategyRow> strategies) {
        Plugin {
            strategies = List.copyOf(strategies);
        }

        static Plugin of(CborMap map, List<StrategyRow> all) throws StoqException {
            String bundle = map.text(3);
            String version = map.text(4);
            return new Plugin(
                    map.text(1),
                    map.text(2),
                    bundle,
                    version,
                    map.findText(5).orElse(null),
                    map.findText(6).orElse(null),
                    map.integer(7),
                    all.stream()
                            .filter(row -> row.bundle().equals(bundle))
                            .filter(row -> row.version().equals(version))
                            .toList());
        }

        String active() {
            String names =
                    strategies.stream()
                            .filter(row -> row.state().equals("ACTIVE"))
                            .map(StrategyRow::name)
                            .collect(Collectors.joining(", "));
            return names.isEmpty() ? "-" : names;
        }
    }

    /** The shape of the result in JSON. */
    record Result(List<Plugin> plugins, List<StrategyRow> strategies) {
        Result {
            plugins = List.copyOf(plugins);
            strategies = List.copyOf(strategies);
        }
    }

    @Override
    public ExitCode run() throws Exception {
        List<StrategyRow> strategies = new ArrayList<>();
        List<Plugin> plugins = new ArrayList<>();
        try (NodeAccess node = invocation.connect()) {
            for (CborMap map : node.rows("node", "strategies")) {
                strategies.add(StrategyRow.of(map));
            }
            for (CborMap map : node.rows("plugins", "list")) {
                plugins.add(Plugin.of(map, strategies));
            }
        }
        invocation
                .terminal()
                .result(new Result(plugins, strategies), out -> print(out, plugins, strategies));
        return ExitCode.OK;
    }

    private static void print(PrintStream out, List<Plugin> plugins, List<StrategyRow> strategies) {
        if (plugins.isEmpty()) {
            out.println("no plug-ins");
        } else {
            Table files =
                    new Table("FILE", "STATE", "BUNDLE", "VERSION", ">SIZE", "SIGNER", "ACTIVE");
            for (Plugin plugin : plugins) {
                files.row(
                        plugin.file,
                        plugin.state,
                        plugin.bundle.isEmpty() ? "-" : plugin.bundle,
                        plugin.version.isEmpty() ? "-" : plugin.version,
                        Amounts.bytes(plugin.size),
                        signer(plugin.signer),
                        plugin.active());
            }
            files.print(out);
            plugins.stream()
                    .filter(plugin -> plugin.reason != null)
                    .forEach(plugin -> out.println(plugin.file + ": " + plugin.reason));
        }
        out.println();
        Table table =
                new Table(
                        "KIND",
                        "STRATEGY",
                        "STATE",
                        "BUNDLE",
                        "VERSION",
                        ">IN FLIGHT",
                        ">CALLS",
                        ">FAILURES");
        for (StrategyRow row : strategies) {
            table.row(
                    row.spi(),
                    row.name(),
                    row.state().toLowerCase(Locale.ROOT),
                    row.bundle(),
                    row.version(),
                    row.leases(),
                    "%,d".formatted(row.calls()),
                    row.failures());
        }
        table.print(out);
        strategies.stream()
                .filter(row -> row.lastFailure() != null)
                .forEach(row -> out.println(row.name() + ": " + row.lastFailure()));
    }

    private static String signer(@Nullable String fingerprint) {
        if (fingerprint == null) {
            return "unsigned";
        }
        return fingerprint.substring(0, Math.min(SHORT_FINGERPRINT, fingerprint.length()));
    }
}
