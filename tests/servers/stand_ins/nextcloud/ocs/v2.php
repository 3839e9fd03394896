<?php
// Says whose app password or password it is, and forgets an app password: what `degoog provision` and `release` ask.
require __DIR__ . '/../store.php';
$store = load();
[$login, $given] = [$_SERVER['PHP_AUTH_USER'] ?? '', $_SERVER['PHP_AUTH_PW'] ?? ''];
$user = $store['users'][$login] ?? [];
$token = array_search(hash('sha256', $given), $user['tokens'] ?? [], true);
$status = 200;
$data = ['id' => $login];
if ($token === false && !password_verify($given, $user['password'] ?? '')) {
    // The line that fail2ban looks for, as lib/private/Log writes it.
    file_put_contents($store['system']['logfile'], json_encode([
        'reqId' => bin2hex(random_bytes(10)), 'level' => 2, 'time' => date('c'), 'remoteAddr' => $_SERVER['REMOTE_ADDR'], 'user' => '--',
        'app' => 'core', 'method' => $_SERVER['REQUEST_METHOD'], 'url' => $_SERVER['REQUEST_URI'],
        'message' => "Login failed: $login (Remote IP: {$_SERVER['REMOTE_ADDR']})",
    ], JSON_UNESCAPED_SLASHES) . "\n", FILE_APPEND);
    [$status, $data] = [401, []];
} elseif ($_SERVER['REQUEST_METHOD'] === 'DELETE' && str_ends_with(strtok($_SERVER['REQUEST_URI'], '?'), '/core/apppassword')) {
    unset($store['users'][$login]['tokens'][$token]);
    save($store);
    $data = [];
}
http_response_code($status);
header('Content-Type: application/json');
echo json_encode(['ocs' => ['meta' => ['status' => $status === 200 ? 'ok' : 'failure', 'statuscode' => $status, 'message' => ''], 'data' => $data]]);
