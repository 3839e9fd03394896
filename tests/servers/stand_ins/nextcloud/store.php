<?php
// What the stand-in of Nextcloud remembers: a file in its config folder, and a table of its database.
require __DIR__ . '/version.php';
$folder = getenv('NEXTCLOUD_CONFIG_DIR') ?: __DIR__ . '/config';
$file = $folder . '/store.json';

function load(): array {
    global $file;
    return is_file($file) ? json_decode(file_get_contents($file), true) : ['installed' => false];
}

function save(array $store): void {
    global $file;
    file_put_contents($file . '.new', json_encode($store, JSON_PRETTY_PRINT));
    chmod($file . '.new', 0640);
    rename($file . '.new', $file);
}

function database(array $store) {
    $system = $store['system'];
    $link = pg_connect("host={$system['dbhost']} dbname={$system['dbname']} user={$system['dbuser']}");
    if ($link === false) {
        fwrite(STDERR, "The database does not answer.\n");
        exit(1);
    }
    return $link;
}

// The applications that lie in the release and beside it, each with its version.
function applications(): array {
    global $folder;
    $found = [];
    foreach ([__DIR__ . '/apps', dirname($folder) . '/apps'] as $place) {
        foreach (glob("$place/*/appinfo/info.xml") ?: [] as $file) {
            $info = simplexml_load_file($file);
            $found[(string) $info->id] = (string) $info->version;
        }
    }
    return $found;
}

// The majors an application beside the release says it works with; null for one inside it.
function majors(string $app): ?array {
    global $folder;
    $file = dirname($folder) . "/apps/$app/appinfo/info.xml";
    return is_file($file) ? explode(' ', (string) simplexml_load_file($file)->majors) : null;
}
