<?php
// Says what a test asks about: that PHP, the database and the settings are those of this server.
require __DIR__ . '/store.php';
$store = load();
if (!in_array(explode(':', $_SERVER['HTTP_HOST'])[0], $store['system']['trusted_domains'])) {
    http_response_code(400);
    exit("Access through untrusted domain\n");
}
$rows = pg_fetch_result(pg_query(database($store), 'SELECT count(*) FROM oc_filecache'), 0, 0);
header('Content-Type: application/json');
echo json_encode(['php' => PHP_VERSION, 'rows' => (int) $rows, 'host' => $_SERVER['HTTP_HOST'], 'user' => posix_getpwuid(posix_geteuid())['name'] ?? '', 'instance' => $store['system']['instanceid']]);
