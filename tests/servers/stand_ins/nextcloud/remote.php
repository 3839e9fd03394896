<?php
require __DIR__ . '/store.php';
$store = load();
header('Content-Type: application/json');
echo json_encode(['installed' => $store['installed'], 'maintenance' => $store['maintenance'] ?? false, 'needsDbUpgrade' => false, 'version' => implode('.', $OC_Version), 'versionstring' => $OC_VersionString, 'edition' => '', 'productname' => 'Nextcloud', 'extendedSupport' => false]);
