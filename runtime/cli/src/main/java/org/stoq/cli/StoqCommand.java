package org.stoq.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code stoq} itself: its options and its subcommands. */
@Command(
        name = "stoq",
        versionProvider = StoqCommand.Version.class,
        header =
                "A programmable edge node: content over QUIC, cached, routed, swapped while it"
                        + " runs.",
        footerHeading = "%nFirst steps:%n",
        footer = {
            "  stoq demo                         see it work, in a minute",
            "  stoq node                         run a node on this machine",
            "  stoq put ./site                   publish a folder",
            "  stoq ls -l                        see what is there",
            "  stoq get -r site ./copy           get it back, every byte checked",
            "  stoq help put                     what a command does, with examples",
        },
        subcommands = {
            NodeCommand.class,
            PutCommand.class,
            GetCommand.class,
            ListCommand.class,
            StatCommand.class,
            RemoveCommand.class,
            PurgeCommand.class,
            StoreCommand.class,
            CacheCommand.class,
            ChunkCommand.class,
            StatusCommand.class,
            StatsCommand.class,
            PeersCommand.class,
            RouteCommand.class,
            StopCommand.class,
            PluginCommand.class,
            ConfigCommand.class,
            AuthorityCommand.class,
            DemoCommand.class,
            BenchCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
            HelpCommand.class
        })
final class StoqCommand {
    @Mixin final GlobalOptions options;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    boolean version;

    StoqCommand(Invocation invocation) {
        this.options = invocation.options();
    }

    /** Reads the version out of the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"stoq " + text(), "Java " + Runtime.version()};
        }

        static String text() {
            String version = StoqCommand.class.getPackage().getImplementationVersion();
            return version == null ? "(not from a jar)" : version;
        }
    }
}
